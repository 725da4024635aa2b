import type { PutUserPermissionsBoundaryRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { putBoundary } from '../../boundaries.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { byName } from '../../lookups.ts'

export function PutUserPermissionsBoundary(
  deps: IamDeps,
): Operation<PutUserPermissionsBoundaryRequest, Nothing> {
  return async (input, context) => {
    const find = byName('user', context, input.UserName)
    await putBoundary(deps, find, context, input.PermissionsBoundary)
    return {}
  }
}
