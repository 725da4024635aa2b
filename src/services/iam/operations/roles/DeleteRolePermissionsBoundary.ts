import type { DeleteRolePermissionsBoundaryRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { deleteBoundary } from '../../boundaries.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { ownRole } from '../../lookups.ts'

export function DeleteRolePermissionsBoundary(
  deps: IamDeps,
): Operation<DeleteRolePermissionsBoundaryRequest, Nothing> {
  return async (input, context) => {
    await deleteBoundary(deps, ownRole(context, input.RoleName))
    return {}
  }
}
