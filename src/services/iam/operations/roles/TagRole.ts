import type { TagRoleRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { byName } from '../../lookups.ts'
import { tagEntity } from '../../tagging.ts'

export function TagRole(deps: IamDeps): Operation<TagRoleRequest, Nothing> {
  return async (input, context) => {
    const find = byName('role', context, input.RoleName)
    await tagEntity(deps, find, input.Tags)
    return {}
  }
}
