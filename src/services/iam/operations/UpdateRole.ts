import type { UpdateRoleRequest, UpdateRoleResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../kernel/operation.ts'
import { changeRole } from '../change-role.ts'
import type { IamDeps } from '../iam-deps.ts'

/**
 * What the request does not name stays. (The API reference says of MaxSessionDuration what it says under
 * CreateRole, that one hour is applied then: taken for a copy, since clients send one setting at a time.)
 */
export function UpdateRole(deps: IamDeps): Operation<UpdateRoleRequest, UpdateRoleResponse> {
  return async (input, context) => {
    await changeRole(deps, 'IAM:UPDATE_ROLE', context, input.RoleName, (role) => ({
      ...role,
      description: input.Description ?? role.description,
      maxSessionSeconds: input.MaxSessionDuration ?? role.maxSessionSeconds,
    }))
    return {}
  }
}
