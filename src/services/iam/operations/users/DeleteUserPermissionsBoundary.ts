import type { DeleteUserPermissionsBoundaryRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { deleteBoundary } from '../../boundaries.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { byName } from '../../lookups.ts'

export function DeleteUserPermissionsBoundary(
  deps: IamDeps,
): Operation<DeleteUserPermissionsBoundaryRequest, Nothing> {
  return async (input, context) => {
    await deleteBoundary(deps, byName('user', context, input.UserName))
    return {}
  }
}
