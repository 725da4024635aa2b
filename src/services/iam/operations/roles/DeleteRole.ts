import type { DeleteRoleRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { deleteEntity } from '../../entity-tables.ts'
import { deleteConflict } from '../../errors.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { listContainers } from '../../link-tables.ts'
import { ownRole } from '../../lookups.ts'
import { checkNoPolicies } from '../../permissions.ts'
import type { IamTables } from '../../tables.ts'

/** It must be in no instance profile and have no policies left. Its sessions end. All texts observed. */
export function DeleteRole(deps: IamDeps): Operation<DeleteRoleRequest, Nothing> {
  return async (input, context) => {
    const find = ownRole(context, input.RoleName)
    await deps.credentials.change<IamTables, void>('IAM:DELETE_ROLE', async (db, keys) => {
      const role = await find(db)
      if ((await listContainers(db, 'instance-profile', role, '', 1)).length > 0) {
        throw deleteConflict('Cannot delete entity, must remove roles from instance profile first.')
      }
      await checkNoPolicies(db, role)
      await deleteEntity(db, role)
      await keys.endSessions(role.id)
    })
    return {}
  }
}
