import type {
  DeleteServiceLinkedRoleRequest,
  DeleteServiceLinkedRoleResponse,
} from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { newUuid } from '../../../../kernel/ids.ts'
import { deleteEntitiesBefore, deleteEntity, insertEntity } from '../../entity-tables.ts'
import { noSuch } from '../../errors.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { deletionTaskKeptMs } from '../../limits.ts'
import { byName } from '../../lookups.ts'
import { deleteAllAttachments } from '../../permission-tables.ts'
import type { DeletionTaskRecord } from '../../state.ts'
import type { IamTables } from '../../tables.ts'

/**
 * Done at once: no service here uses the role, which is what AWS would look for. The task only remembers it.
 */
export function DeleteServiceLinkedRole(
  deps: IamDeps,
): Operation<DeleteServiceLinkedRoleRequest, DeleteServiceLinkedRoleResponse> {
  return async (input, context) => {
    const find = byName('role', context, input.RoleName)
    const nowMs = deps.clock.nowMs()
    const label = 'IAM:DELETE_LINKED_ROLE'
    const id = await deps.credentials.change<IamTables, string>(label, async (db, keys) => {
      const role = await find(db)
      if (role.linkedService === undefined) throw noSuch('role', role.name)
      const task: DeletionTaskRecord = {
        kind: 'deletion-task',
        account: role.account,
        name: `task/aws-service-role/${role.linkedService}/${role.name}/${newUuid()}`,
        path: '/',
        createdMs: nowMs,
      }
      await deleteAllAttachments(db, role)
      await deleteEntity(db, role)
      await keys.endSessions(role.id)
      const endMs = nowMs - deletionTaskKeptMs
      await deleteEntitiesBefore(db, 'deletion-task', role.account, endMs)
      await insertEntity(db, task)
      return task.name
    })
    return { DeletionTaskId: id }
  }
}
