import type { DetachRolePolicyRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { detachPolicy } from '../../permissions.ts'

export function DetachRolePolicy(deps: IamDeps): Operation<DetachRolePolicyRequest, Nothing> {
  return async (input, context) => {
    const named = { kind: 'role', name: input.RoleName } as const
    await detachPolicy(deps, named, input.PolicyArn, context)
    return {}
  }
}
