import type { UntagRoleRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { byName } from '../../lookups.ts'
import { untagEntity } from '../../tagging.ts'

export function UntagRole(deps: IamDeps): Operation<UntagRoleRequest, Nothing> {
  return async (input, context) => {
    const find = byName('role', context, input.RoleName)
    await untagEntity(deps, find, input.TagKeys)
    return {}
  }
}
