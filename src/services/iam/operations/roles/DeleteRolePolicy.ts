import type { DeleteRolePolicyRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { deletePolicy } from '../../permissions.ts'

export function DeleteRolePolicy(deps: IamDeps): Operation<DeleteRolePolicyRequest, Nothing> {
  return async (input, context) => {
    const named = { kind: 'role', name: input.RoleName } as const
    await deletePolicy(deps, named, input.PolicyName, context)
    return {}
  }
}
