import type { AttachGroupPolicyRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { attachPolicy } from '../../permissions.ts'

export function AttachGroupPolicy(deps: IamDeps): Operation<AttachGroupPolicyRequest, Nothing> {
  return async (input, context) => {
    const named = { kind: 'group', name: input.GroupName } as const
    await attachPolicy(deps, named, input.PolicyArn, context)
    return {}
  }
}
