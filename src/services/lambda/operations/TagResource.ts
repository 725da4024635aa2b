import type { TagResourceRequest } from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import { checkTags, invalid } from '../rules.ts'
import { kindOf } from '../tags/kinds.ts'

/** 204. Tags of the same keys are replaced. */
export function TagResource(service: LambdaService): Operation<TagResourceRequest, object> {
  return async ({ Resource = '', Tags = {} }, context) => {
    // Recorded from the service, which says no more.
    if (Object.keys(Tags).length === 0) {
      throw invalid('An error occurred and the request cannot be processed.')
    }
    const kind = kindOf(Resource)
    await kind.change(service, Resource, context, 'TagResource', (tags) =>
      checkTags({ ...tags, ...Tags }),
    )
    return {}
  }
}
