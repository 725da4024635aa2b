import type { PutRolePermissionsBoundaryRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../kernel/operation.ts'
import { changeRole } from '../change-role.ts'
import { noSuchBoundary } from '../errors.ts'
import type { IamDeps, Nothing } from '../iam-deps.ts'
import { isAttachable } from '../lookups.ts'
import { required } from '../names.ts'

export function PutRolePermissionsBoundary(
  deps: IamDeps,
): Operation<PutRolePermissionsBoundaryRequest, Nothing> {
  return async (input, context) => {
    const boundary = required(input.PermissionsBoundary, 'permissionsBoundary')
    const label = 'IAM:PUT_ROLE_PERMISSIONS_BOUNDARY'
    await changeRole(deps, label, context, input.RoleName, async (role, db) => {
      if (!(await isAttachable(db, context, boundary))) throw noSuchBoundary(boundary)
      return { ...role, boundary }
    })
    return {}
  }
}
