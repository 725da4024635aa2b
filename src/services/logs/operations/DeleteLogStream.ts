import type { DeleteLogStreamRequest } from '@aws-sdk/client-cloudwatch-logs'
import type { Operation } from '../../../kernel/operation.ts'
import type { LogsDeps } from '../deps.ts'
import { checkDeletable } from '../rules.ts'
import { requireGroup, requireStream } from '../streams.ts'
import { type LogsTables, deleteStream } from '../tables.ts'

/** The stream is gone at once; its events leave the disk in the background. */
export function DeleteLogStream(service: LogsDeps): Operation<DeleteLogStreamRequest, object> {
  return async ({ logGroupName, logStreamName }, context) => {
    // Lines written before the call are deleted by it, and do not bring the stream back.
    await service.flush()
    await service.store.transaction<LogsTables, void>('LOGS:DELETE_STREAM', async (db) => {
      const group = await requireGroup(db, { logGroupName }, context)
      checkDeletable(group)
      await deleteStream(db, await requireStream(db, group, logStreamName as string))
    })
    service.sweep()
    return {}
  }
}
