import type { DetachUserPolicyRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { detachPolicy } from '../../permissions.ts'

export function DetachUserPolicy(deps: IamDeps): Operation<DetachUserPolicyRequest, Nothing> {
  return async (input, context) => {
    const named = { kind: 'user', name: input.UserName } as const
    await detachPolicy(deps, named, input.PolicyArn, context)
    return {}
  }
}
