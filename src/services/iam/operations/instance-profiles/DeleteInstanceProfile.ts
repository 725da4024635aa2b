import type { DeleteInstanceProfileRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { deleteEntity } from '../../entity-tables.ts'
import { deleteConflict } from '../../errors.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { listMembers } from '../../link-tables.ts'
import { byName } from '../../lookups.ts'
import type { IamTables } from '../../tables.ts'

/** Its role must have gone before. The text is observed. */
export function DeleteInstanceProfile(
  deps: IamDeps,
): Operation<DeleteInstanceProfileRequest, Nothing> {
  return async (input, context) => {
    const find = byName('instance-profile', context, input.InstanceProfileName)
    await deps.store.transaction<IamTables, void>('IAM:DELETE_INSTANCE_PROFILE', async (db) => {
      const profile = await find(db)
      if ((await listMembers(db, 'instance-profile', profile, '', 1)).length > 0) {
        throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.')
      }
      await deleteEntity(db, profile)
    })
    return {}
  }
}
