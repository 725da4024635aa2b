import type { UntagRoleRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../kernel/operation.ts'
import { changeRole } from '../change-role.ts'
import type { IamDeps, Nothing } from '../iam-deps.ts'
import { withoutTags } from '../state.ts'

export function UntagRole(deps: IamDeps): Operation<UntagRoleRequest, Nothing> {
  return async (input, context) => {
    const keys = input.TagKeys ?? []
    await changeRole(deps, 'IAM:UNTAG_ROLE', context, input.RoleName, (role) => ({
      ...role,
      tags: withoutTags(role.tags, keys),
    }))
    return {}
  }
}
