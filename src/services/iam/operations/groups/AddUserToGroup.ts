import type { AddUserToGroupRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { quotaExceeded } from '../../errors.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { groupsPerUserMax } from '../../limits.ts'
import { insertLink, listContainers } from '../../link-tables.ts'
import { byName } from '../../lookups.ts'
import type { IamTables } from '../../tables.ts'

/** Adding who is in already succeeds. */
export function AddUserToGroup(deps: IamDeps): Operation<AddUserToGroupRequest, Nothing> {
  return async (input, context) => {
    const findGroup = byName('group', context, input.GroupName)
    const findUser = byName('user', context, input.UserName)
    await deps.store.transaction<IamTables, void>('IAM:ADD_USER_TO_GROUP', async (db) => {
      const group = await findGroup(db)
      const user = await findUser(db)
      const groups = await listContainers(db, 'group', user, '', groupsPerUserMax + 1)
      if (groups.some(({ id }) => id === group.id)) return
      if (groups.length >= groupsPerUserMax) throw quotaExceeded('GroupsPerUser', groupsPerUserMax)
      await insertLink(db, group, user)
    })
    return {}
  }
}
