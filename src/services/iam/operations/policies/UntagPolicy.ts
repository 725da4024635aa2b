import type { UntagPolicyRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { changePolicy } from '../../change-policy.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { withoutTags } from '../../state.ts'

export function UntagPolicy(deps: IamDeps): Operation<UntagPolicyRequest, Nothing> {
  return async (input, context) => {
    const keys = input.TagKeys ?? []
    await changePolicy(deps, 'IAM:UNTAG_POLICY', context, input.PolicyArn, (policy) => ({
      ...policy,
      tags: withoutTags(policy.tags, keys),
    }))
    return {}
  }
}
