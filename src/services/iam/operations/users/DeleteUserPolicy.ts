import type { DeleteUserPolicyRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { deletePolicy } from '../../permissions.ts'

export function DeleteUserPolicy(deps: IamDeps): Operation<DeleteUserPolicyRequest, Nothing> {
  return async (input, context) => {
    const named = { kind: 'user', name: input.UserName } as const
    await deletePolicy(deps, named, input.PolicyName, context)
    return {}
  }
}
