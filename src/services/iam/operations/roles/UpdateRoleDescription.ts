import type {
  UpdateRoleDescriptionRequest,
  UpdateRoleDescriptionResponse,
} from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { changeEntity } from '../../change-entity.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { byName } from '../../lookups.ts'
import { required } from '../../names.ts'
import { listedRole } from '../../shapes.ts'

/** UpdateRole's forerunner; answers with the role. */
export function UpdateRoleDescription(
  deps: IamDeps,
): Operation<UpdateRoleDescriptionRequest, UpdateRoleDescriptionResponse> {
  return async (input, context) => {
    const description = required(input.Description, 'description')
    const find = byName('role', context, input.RoleName)
    const role = await changeEntity(deps, 'IAM:UPDATE_ROLE_DESCRIPTION', find, (before) => ({
      ...before,
      description,
    }))
    return { Role: listedRole(role) }
  }
}
