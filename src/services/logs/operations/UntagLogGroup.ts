import type { UntagLogGroupRequest } from '@aws-sdk/client-cloudwatch-logs'
import type { Operation } from '../../../kernel/operation.ts'
import type { LogsDeps } from '../deps.ts'
import { untagGroup } from '../tagging.ts'

/** The older UntagResource. Keys that are not there are no mistake. */
export function UntagLogGroup(service: LogsDeps): Operation<UntagLogGroupRequest, object> {
  return async ({ logGroupName, tags = [] }, context) => {
    await untagGroup(service, context, { logGroupName }, tags)
    return {}
  }
}
