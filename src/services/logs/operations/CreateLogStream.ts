import type { CreateLogStreamRequest } from '@aws-sdk/client-cloudwatch-logs'
import type { Operation } from '../../../kernel/operation.ts'
import type { LogsDeps } from '../deps.ts'
import { streamExists } from '../rules.ts'
import { newStream, requireGroup } from '../streams.ts'
import { type LogsTables, findStream, insertStream } from '../tables.ts'

export function CreateLogStream(service: LogsDeps): Operation<CreateLogStreamRequest, object> {
  return async ({ logGroupName, logStreamName }, context) => {
    // A stream that a function's lines are about to make exists already.
    await service.flush()
    const name = logStreamName as string
    await service.store.transaction<LogsTables, void>('LOGS:CREATE_STREAM', async (db) => {
      const group = await requireGroup(db, { logGroupName }, context)
      if (await findStream(db, group, name)) throw streamExists()
      await insertStream(db, newStream(group, name, service.clock.nowMs(), false))
    })
    return {}
  }
}
