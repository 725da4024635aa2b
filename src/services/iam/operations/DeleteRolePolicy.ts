import type { DeleteRolePolicyRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../kernel/operation.ts'
import { noSuchRolePolicy } from '../errors.ts'
import type { IamDeps, Nothing } from '../iam-deps.ts'
import { requireRole } from '../lookups.ts'
import { required } from '../names.ts'
import { type IamTables, deleteRolePolicy } from '../tables.ts'

export function DeleteRolePolicy(deps: IamDeps): Operation<DeleteRolePolicyRequest, Nothing> {
  return async (input, context) => {
    const roleName = required(input.RoleName, 'roleName')
    const name = required(input.PolicyName, 'policyName')
    await deps.store.transaction<IamTables, void>('IAM:DELETE_ROLE_POLICY', async (db) => {
      const role = await requireRole(db, context.account, roleName)
      if (!(await deleteRolePolicy(db, role, name))) throw noSuchRolePolicy(name)
    })
    return {}
  }
}
