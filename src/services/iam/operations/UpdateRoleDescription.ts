import type {
  UpdateRoleDescriptionRequest,
  UpdateRoleDescriptionResponse,
} from '@aws-sdk/client-iam'
import type { Operation } from '../../../kernel/operation.ts'
import { changeRole } from '../change-role.ts'
import type { IamDeps } from '../iam-deps.ts'
import { required } from '../names.ts'
import { listedRole } from '../shapes.ts'

/** UpdateRole's forerunner; answers with the role. */
export function UpdateRoleDescription(
  deps: IamDeps,
): Operation<UpdateRoleDescriptionRequest, UpdateRoleDescriptionResponse> {
  return async (input, context) => {
    const description = required(input.Description, 'description')
    const label = 'IAM:UPDATE_ROLE_DESCRIPTION'
    const role = await changeRole(deps, label, context, input.RoleName, (before) => ({
      ...before,
      description,
    }))
    return { Role: listedRole(role) }
  }
}
