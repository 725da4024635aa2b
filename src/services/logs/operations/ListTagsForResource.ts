import type {
  ListTagsForResourceRequest,
  ListTagsForResourceResponse,
} from '@aws-sdk/client-cloudwatch-logs'
import type { Operation } from '../../../kernel/operation.ts'
import type { LogsDeps } from '../deps.ts'
import { taggedGroup, tagsOfGroup } from '../tagging.ts'

export function ListTagsForResource(
  service: LogsDeps,
): Operation<ListTagsForResourceRequest, ListTagsForResourceResponse> {
  return async ({ resourceArn }, context) => ({
    tags: await tagsOfGroup(service, context, taggedGroup(resourceArn)),
  })
}
