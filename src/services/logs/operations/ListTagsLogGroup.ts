import type {
  ListTagsLogGroupRequest,
  ListTagsLogGroupResponse,
} from '@aws-sdk/client-cloudwatch-logs'
import type { Operation } from '../../../kernel/operation.ts'
import type { LogsDeps } from '../deps.ts'
import { tagsOfGroup } from '../tagging.ts'

/** The older ListTagsForResource. */
export function ListTagsLogGroup(
  service: LogsDeps,
): Operation<ListTagsLogGroupRequest, ListTagsLogGroupResponse> {
  return async ({ logGroupName }, context) => ({
    tags: await tagsOfGroup(service, context, { logGroupName }),
  })
}
