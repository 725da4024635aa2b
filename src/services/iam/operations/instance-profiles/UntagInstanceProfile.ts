import type { UntagInstanceProfileRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { byName } from '../../lookups.ts'
import { untagEntity } from '../../tagging.ts'

export function UntagInstanceProfile(
  deps: IamDeps,
): Operation<UntagInstanceProfileRequest, Nothing> {
  return async (input, context) => {
    const find = byName('instance-profile', context, input.InstanceProfileName)
    await untagEntity(deps, find, input.TagKeys)
    return {}
  }
}
