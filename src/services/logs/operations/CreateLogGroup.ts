import type { CreateLogGroupRequest } from '@aws-sdk/client-cloudwatch-logs'
import type { Operation } from '../../../kernel/operation.ts'
import type { LogsDeps } from '../deps.ts'
import { checkNewGroup, checkTagKeys, groupExists } from '../rules.ts'
import type { LogGroupClass } from '../state.ts'
import { newGroup } from '../streams.ts'
import { putTags } from '../tag-tables.ts'
import { type LogsTables, findGroup, insertGroup } from '../tables.ts'

export function CreateLogGroup(service: LogsDeps): Operation<CreateLogGroupRequest, object> {
  return async (input, context) => {
    checkNewGroup(input)
    const { tags = {}, logGroupClass = 'STANDARD', deletionProtectionEnabled = false } = input
    checkTagKeys(Object.keys(tags))
    // A group that a function's lines are about to make exists already.
    await service.flush()
    const name = input.logGroupName as string
    await service.store.transaction<LogsTables, void>('LOGS:CREATE_GROUP', async (db) => {
      if (await findGroup(db, context, name)) throw groupExists()
      const group = {
        ...newGroup(context, name, service.clock.nowMs()),
        logGroupClass: logGroupClass as LogGroupClass,
        isProtected: deletionProtectionEnabled,
      }
      await insertGroup(db, group)
      await putTags(db, group, tags)
    })
    return {}
  }
}
