import type { DeleteGroupRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { deleteEntity } from '../../entity-tables.ts'
import { deleteConflict } from '../../errors.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { listMembers } from '../../link-tables.ts'
import { byName } from '../../lookups.ts'
import { checkNoPolicies } from '../../permissions.ts'
import type { IamTables } from '../../tables.ts'

/** It must be empty. Its texts are observed. */
export function DeleteGroup(deps: IamDeps): Operation<DeleteGroupRequest, Nothing> {
  return async (input, context) => {
    const find = byName('group', context, input.GroupName)
    await deps.store.transaction<IamTables, void>('IAM:DELETE_GROUP', async (db) => {
      const group = await find(db)
      await checkNoPolicies(db, group)
      if ((await listMembers(db, 'group', group, '', 1)).length > 0) {
        throw deleteConflict('Cannot delete entity, must remove users from group first.')
      }
      await deleteEntity(db, group)
    })
    return {}
  }
}
