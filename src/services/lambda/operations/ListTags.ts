import type { ListTagsRequest, ListTagsResponse } from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import { kindOf } from '../tags/kinds.ts'

export function ListTags(service: LambdaService): Operation<ListTagsRequest, ListTagsResponse> {
  return async ({ Resource = '' }, context) => ({
    Tags: { ...(await kindOf(Resource).list(service, Resource, context)) },
  })
}
