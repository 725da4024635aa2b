import type { UntagUserRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { byName } from '../../lookups.ts'
import { untagEntity } from '../../tagging.ts'

export function UntagUser(deps: IamDeps): Operation<UntagUserRequest, Nothing> {
  return async (input, context) => {
    const find = byName('user', context, input.UserName)
    await untagEntity(deps, find, input.TagKeys)
    return {}
  }
}
