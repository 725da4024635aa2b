import type { DetachGroupPolicyRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { detachPolicy } from '../../permissions.ts'

export function DetachGroupPolicy(deps: IamDeps): Operation<DetachGroupPolicyRequest, Nothing> {
  return async (input, context) => {
    const named = { kind: 'group', name: input.GroupName } as const
    await detachPolicy(deps, named, input.PolicyArn, context)
    return {}
  }
}
