import type { RemoveRoleFromInstanceProfileRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { noSuch } from '../../errors.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { deleteLink } from '../../link-tables.ts'
import { byName, ownRole } from '../../lookups.ts'
import type { IamTables } from '../../tables.ts'

/** A role that is not in it cannot be found there: NoSuchEntity is documented, the words are recalled. */
export function RemoveRoleFromInstanceProfile(
  deps: IamDeps,
): Operation<RemoveRoleFromInstanceProfileRequest, Nothing> {
  return async (input, context) => {
    const findProfile = byName('instance-profile', context, input.InstanceProfileName)
    const findRole = ownRole(context, input.RoleName)
    const label = 'IAM:REMOVE_ROLE_FROM_INSTANCE_PROFILE'
    await deps.store.transaction<IamTables, void>(label, async (db) => {
      const profile = await findProfile(db)
      const role = await findRole(db)
      if (!(await deleteLink(db, profile, role))) throw noSuch('role', role.name)
    })
    return {}
  }
}
