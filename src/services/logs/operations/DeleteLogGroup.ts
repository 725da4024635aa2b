import type { DeleteLogGroupRequest } from '@aws-sdk/client-cloudwatch-logs'
import type { Operation } from '../../../kernel/operation.ts'
import type { LogsDeps } from '../deps.ts'
import { checkDeletable } from '../rules.ts'
import { requireGroup } from '../streams.ts'
import { type LogsTables, deleteGroup } from '../tables.ts'

/** The group is gone at once; its events leave the disk in the background. */
export function DeleteLogGroup(service: LogsDeps): Operation<DeleteLogGroupRequest, object> {
  return async ({ logGroupName }, context) => {
    // Lines written before the call are deleted by it, and do not bring the group back.
    await service.flush()
    await service.store.transaction<LogsTables, void>('LOGS:DELETE_GROUP', async (db) => {
      const group = await requireGroup(db, { logGroupName }, context)
      checkDeletable(group)
      await deleteGroup(db, group)
    })
    service.sweep()
    return {}
  }
}
