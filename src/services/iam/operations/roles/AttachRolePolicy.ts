import type { AttachRolePolicyRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { attachPolicy } from '../../permissions.ts'

export function AttachRolePolicy(deps: IamDeps): Operation<AttachRolePolicyRequest, Nothing> {
  return async (input, context) => {
    const named = { kind: 'role', name: input.RoleName } as const
    await attachPolicy(deps, named, input.PolicyArn, context)
    return {}
  }
}
