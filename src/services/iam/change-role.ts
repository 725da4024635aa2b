/** The operations that change one role's record are this transaction, with a transition each. */
import type { CallContext } from '../../kernel/operation.ts'
import type { IamDeps } from './iam-deps.ts'
import { requireRole } from './lookups.ts'
import { required } from './names.ts'
import type { RoleRecord } from './state.ts'
import { type Db, type IamTables, updateRole } from './tables.ts'

/**
 * @param transition gets the role as it is at that moment; throws to refuse.
 * @returns the role as it is then.
 * @throws ServiceError NoSuchEntity
 */
export function changeRole(
  deps: IamDeps,
  label: string,
  context: CallContext,
  roleName: string | undefined,
  transition: (role: RoleRecord, db: Db) => RoleRecord | Promise<RoleRecord>,
): Promise<RoleRecord> {
  const name = required(roleName, 'roleName')
  return deps.store.transaction<IamTables, RoleRecord>(label, async (db) => {
    const role = await transition(await requireRole(db, context.account, name), db)
    await updateRole(db, role)
    return role
  })
}
