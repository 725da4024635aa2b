import type { DeleteUserRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { deleteEntity } from '../../entity-tables.ts'
import { deleteConflict } from '../../errors.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { listContainers } from '../../link-tables.ts'
import { byName } from '../../lookups.ts'
import { checkNoPolicies } from '../../permissions.ts'
import type { IamTables } from '../../tables.ts'

/** Their policies, groups and keys must have gone before; their sessions end. All texts observed. */
export function DeleteUser(deps: IamDeps): Operation<DeleteUserRequest, Nothing> {
  return async (input, context) => {
    const find = byName('user', context, input.UserName)
    await deps.credentials.change<IamTables, void>('IAM:DELETE_USER', async (db, keys) => {
      const user = await find(db)
      await checkNoPolicies(db, user)
      if ((await listContainers(db, 'group', user, '', 1)).length > 0) {
        throw deleteConflict('Cannot delete entity, must remove users from group first.')
      }
      if ((await keys.list(user.id)).length > 0) {
        throw deleteConflict('Cannot delete entity, must delete access keys first.')
      }
      await deleteEntity(db, user)
      await keys.endSessions(user.id)
    })
    return {}
  }
}
