import type { TagPolicyRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { changePolicy } from '../../change-policy.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { checkTagCount, checkTags } from '../../rules.ts'
import { withTags } from '../../state.ts'

export function TagPolicy(deps: IamDeps): Operation<TagPolicyRequest, Nothing> {
  return async (input, context) => {
    const added = checkTags(input.Tags)
    await changePolicy(deps, 'IAM:TAG_POLICY', context, input.PolicyArn, (policy) => ({
      ...policy,
      tags: checkTagCount(withTags(policy.tags, added), 'TagsPerPolicy'),
    }))
    return {}
  }
}
