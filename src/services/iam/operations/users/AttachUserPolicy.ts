import type { AttachUserPolicyRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { attachPolicy } from '../../permissions.ts'

export function AttachUserPolicy(deps: IamDeps): Operation<AttachUserPolicyRequest, Nothing> {
  return async (input, context) => {
    const named = { kind: 'user', name: input.UserName } as const
    await attachPolicy(deps, named, input.PolicyArn, context)
    return {}
  }
}
