import type { DeleteRolePermissionsBoundaryRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../kernel/operation.ts'
import { changeRole } from '../change-role.ts'
import type { IamDeps, Nothing } from '../iam-deps.ts'

/** Also when there is none: AWS's answer to that could not be found. */
export function DeleteRolePermissionsBoundary(
  deps: IamDeps,
): Operation<DeleteRolePermissionsBoundaryRequest, Nothing> {
  return async (input, context) => {
    const label = 'IAM:DELETE_ROLE_PERMISSIONS_BOUNDARY'
    await changeRole(deps, label, context, input.RoleName, (role) => ({
      ...role,
      boundary: undefined,
    }))
    return {}
  }
}
