import type { PutRolePermissionsBoundaryRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { putBoundary } from '../../boundaries.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { ownRole } from '../../lookups.ts'

export function PutRolePermissionsBoundary(
  deps: IamDeps,
): Operation<PutRolePermissionsBoundaryRequest, Nothing> {
  return async (input, context) => {
    const find = ownRole(context, input.RoleName)
    await putBoundary(deps, find, context, input.PermissionsBoundary)
    return {}
  }
}
