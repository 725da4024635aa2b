/** The operations that change one policy's record are this transaction, with a transition each. */
import type { CallContext } from '../../kernel/operation.ts'
import type { IamDeps } from './iam-deps.ts'
import { requireOwnPolicy } from './lookups.ts'
import { required } from './names.ts'
import { updatePolicy } from './policy-tables.ts'
import type { PolicyRecord } from './state.ts'
import type { Db, IamTables } from './tables.ts'

/**
 * @param transition gets the policy as it is at that moment; throws to refuse.
 * @returns the policy as it is then.
 * @throws ServiceError InvalidInput, NoSuchEntity, AccessDenied
 */
export function changePolicy(
  deps: IamDeps,
  label: string,
  context: CallContext,
  policyArn: string | undefined,
  transition: (policy: PolicyRecord, db: Db) => PolicyRecord | Promise<PolicyRecord>,
): Promise<PolicyRecord> {
  const arn = required(policyArn, 'policyArn')
  return deps.store.transaction<IamTables, PolicyRecord>(label, async (db) => {
    const policy = await transition(await requireOwnPolicy(db, context, arn), db)
    await updatePolicy(db, policy)
    return policy
  })
}
