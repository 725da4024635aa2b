import type {
  ListInstanceProfilesForRoleRequest,
  ListInstanceProfilesForRoleResponse,
} from '@aws-sdk/client-iam'
import type { Operation } from '../../../kernel/operation.ts'
import type { IamDeps } from '../iam-deps.ts'
import { requireRole } from '../lookups.ts'
import { required } from '../names.ts'
import type { IamTables } from '../tables.ts'

/** There are no instance profiles; Terraform asks for them before it deletes a role. */
export function ListInstanceProfilesForRole(
  deps: IamDeps,
): Operation<ListInstanceProfilesForRoleRequest, ListInstanceProfilesForRoleResponse> {
  return async (input, context) => {
    const name = required(input.RoleName, 'roleName')
    await requireRole(deps.store.reader<IamTables>(), context.account, name)
    return { InstanceProfiles: [], IsTruncated: false }
  }
}
