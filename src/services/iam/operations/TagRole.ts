import type { TagRoleRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../kernel/operation.ts'
import { changeRole } from '../change-role.ts'
import type { IamDeps, Nothing } from '../iam-deps.ts'
import { checkTagCount, checkTags } from '../rules.ts'
import { withTags } from '../state.ts'

export function TagRole(deps: IamDeps): Operation<TagRoleRequest, Nothing> {
  return async (input, context) => {
    const added = checkTags(input.Tags)
    await changeRole(deps, 'IAM:TAG_ROLE', context, input.RoleName, (role) => ({
      ...role,
      tags: checkTagCount(withTags(role.tags, added), 'TagsPerRole'),
    }))
    return {}
  }
}
