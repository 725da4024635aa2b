import type { DeleteGroupPolicyRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { deletePolicy } from '../../permissions.ts'

export function DeleteGroupPolicy(deps: IamDeps): Operation<DeleteGroupPolicyRequest, Nothing> {
  return async (input, context) => {
    const named = { kind: 'group', name: input.GroupName } as const
    await deletePolicy(deps, named, input.PolicyName, context)
    return {}
  }
}
