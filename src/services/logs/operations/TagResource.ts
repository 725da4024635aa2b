import type { TagResourceRequest } from '@aws-sdk/client-cloudwatch-logs'
import type { Operation } from '../../../kernel/operation.ts'
import type { LogsDeps } from '../deps.ts'
import { tagGroup, taggedGroup } from '../tagging.ts'

export function TagResource(service: LogsDeps): Operation<TagResourceRequest, object> {
  return async ({ resourceArn, tags = {} }, context) => {
    await tagGroup(service, context, taggedGroup(resourceArn), tags)
    return {}
  }
}
