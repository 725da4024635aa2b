import type { AddRoleToInstanceProfileRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { quotaExceeded } from '../../errors.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { insertLink, listMembers } from '../../link-tables.ts'
import { byName, ownRole } from '../../lookups.ts'
import type { IamTables } from '../../tables.ts'

/** A profile has one role at most; to add the very same again is refused too (observed). */
export function AddRoleToInstanceProfile(
  deps: IamDeps,
): Operation<AddRoleToInstanceProfileRequest, Nothing> {
  return async (input, context) => {
    const findProfile = byName('instance-profile', context, input.InstanceProfileName)
    const findRole = ownRole(context, input.RoleName)
    const label = 'IAM:ADD_ROLE_TO_INSTANCE_PROFILE'
    await deps.store.transaction<IamTables, void>(label, async (db) => {
      const profile = await findProfile(db)
      const role = await findRole(db)
      if ((await listMembers(db, 'instance-profile', profile, '', 1)).length > 0) {
        throw quotaExceeded('InstanceSessionsPerInstanceProfile', 1)
      }
      await insertLink(db, profile, role)
    })
    return {}
  }
}
