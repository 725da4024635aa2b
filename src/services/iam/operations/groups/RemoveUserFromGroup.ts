import type { RemoveUserFromGroupRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { deleteLink } from '../../link-tables.ts'
import { byName } from '../../lookups.ts'
import type { IamTables } from '../../tables.ts'

/** Also who is not in it: AWS's answer to that could not be found. */
export function RemoveUserFromGroup(deps: IamDeps): Operation<RemoveUserFromGroupRequest, Nothing> {
  return async (input, context) => {
    const findGroup = byName('group', context, input.GroupName)
    const findUser = byName('user', context, input.UserName)
    await deps.store.transaction<IamTables, void>('IAM:REMOVE_USER_FROM_GROUP', async (db) => {
      const group = await findGroup(db)
      const user = await findUser(db)
      await deleteLink(db, group, user)
    })
    return {}
  }
}
