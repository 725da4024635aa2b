import type { DeleteRoleRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../kernel/operation.ts'
import { deleteConflict } from '../errors.ts'
import type { IamDeps, Nothing } from '../iam-deps.ts'
import { requireRole } from '../lookups.ts'
import { required } from '../names.ts'
import { type IamTables, deleteRole, listAttachments, listRolePolicies } from '../tables.ts'

/** Its policies must have gone before, managed and inline. Both texts observed. */
export function DeleteRole(deps: IamDeps): Operation<DeleteRoleRequest, Nothing> {
  return async (input, context) => {
    const name = required(input.RoleName, 'roleName')
    await deps.store.transaction<IamTables, void>('IAM:DELETE_ROLE', async (db) => {
      const role = await requireRole(db, context.account, name)
      if ((await listAttachments(db, role)).length > 0) {
        throw deleteConflict('Cannot delete entity, must detach all policies first.')
      }
      if ((await listRolePolicies(db, role, '', 1)).length > 0) {
        throw deleteConflict('Cannot delete entity, must delete policies first.')
      }
      await deleteRole(db, role)
    })
    return {}
  }
}
