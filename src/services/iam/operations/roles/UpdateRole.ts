import type { UpdateRoleRequest, UpdateRoleResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { changeEntity } from '../../change-entity.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { byName, ownRole } from '../../lookups.ts'

/**
 * What the request does not name stays. (The API reference says of MaxSessionDuration what it says under
 * CreateRole, that one hour is applied then: taken for a copy, since clients send one setting at a time.)
 */
export function UpdateRole(deps: IamDeps): Operation<UpdateRoleRequest, UpdateRoleResponse> {
  return async (input, context) => {
    const { RoleName: name, MaxSessionDuration: seconds } = input
    const find = seconds === undefined ? byName('role', context, name) : ownRole(context, name)
    await changeEntity(deps, 'IAM:UPDATE_ROLE', find, (role) => ({
      ...role,
      description: input.Description ?? role.description,
      maxSessionSeconds: seconds ?? role.maxSessionSeconds,
    }))
    return {}
  }
}
