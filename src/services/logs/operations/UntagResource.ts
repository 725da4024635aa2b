import type { UntagResourceRequest } from '@aws-sdk/client-cloudwatch-logs'
import type { Operation } from '../../../kernel/operation.ts'
import type { LogsDeps } from '../deps.ts'
import { taggedGroup, untagGroup } from '../tagging.ts'

/** Keys that are not there are no mistake. */
export function UntagResource(service: LogsDeps): Operation<UntagResourceRequest, object> {
  return async ({ resourceArn, tagKeys = [] }, context) => {
    await untagGroup(service, context, taggedGroup(resourceArn), tagKeys)
    return {}
  }
}
