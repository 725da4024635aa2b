import type {
  ListInstanceProfilesForRoleRequest,
  ListInstanceProfilesForRoleResponse,
} from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { listContainers } from '../../link-tables.ts'
import { byName } from '../../lookups.ts'
import { keyOf } from '../../names.ts'
import { readPage } from '../../paging.ts'
import { listedProfile } from '../../shapes.ts'
import type { IamTables } from '../../tables.ts'

/** By name, in lower case. */
export function ListInstanceProfilesForRole(
  deps: IamDeps,
): Operation<ListInstanceProfilesForRoleRequest, ListInstanceProfilesForRoleResponse> {
  return async (input, context) => {
    const db = deps.store.reader<IamTables>()
    const role = await byName('role', context, input.RoleName)(db)
    const { items, end } = await readPage(
      'profiles-of',
      input,
      (after, limit) => listContainers(db, 'instance-profile', role, after ?? '', limit),
      ({ name }) => keyOf(name),
    )
    return { InstanceProfiles: items.map((each) => listedProfile(each, [role])), ...end }
  }
}
