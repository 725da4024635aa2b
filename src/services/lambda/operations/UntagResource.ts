import type { UntagResourceRequest } from '@aws-sdk/client-lambda'
import type { Operation } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import { kindOf } from '../tags/kinds.ts'

/** 204, also when there are no tags of these keys. */
export function UntagResource(service: LambdaService): Operation<UntagResourceRequest, object> {
  return async ({ Resource = '', TagKeys = [] }, context) => {
    const gone = new Set(TagKeys)
    const kind = kindOf(Resource)
    await kind.change(service, Resource, context, 'UntagResource', (tags) =>
      Object.fromEntries(Object.entries(tags).filter(([key]) => !gone.has(key))),
    )
    return {}
  }
}
