import type { TagUserRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { byName } from '../../lookups.ts'
import { tagEntity } from '../../tagging.ts'

export function TagUser(deps: IamDeps): Operation<TagUserRequest, Nothing> {
  return async (input, context) => {
    const find = byName('user', context, input.UserName)
    await tagEntity(deps, find, input.Tags)
    return {}
  }
}
