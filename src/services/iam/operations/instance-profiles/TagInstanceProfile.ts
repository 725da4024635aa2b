import type { TagInstanceProfileRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { byName } from '../../lookups.ts'
import { tagEntity } from '../../tagging.ts'

export function TagInstanceProfile(deps: IamDeps): Operation<TagInstanceProfileRequest, Nothing> {
  return async (input, context) => {
    const find = byName('instance-profile', context, input.InstanceProfileName)
    await tagEntity(deps, find, input.Tags)
    return {}
  }
}
