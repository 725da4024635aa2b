/**
 * What can have tags, and how each kind of it keeps them: the seam at which resources are made taggable.
 *
 * What it is not: it checks no tags; rules.ts does. Called by: TagResource, UntagResource, ListTags, which find the
 * kind in kinds.ts.
 */
import type { CallContext } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'

export type Tags = Readonly<Record<string, string>>

/** One kind of resource, by the part of its ARN behind the account: `function:...`, `event-source-mapping:...`. */
export interface TaggedKind {
  /**
   * @param arn of the kind's form
   * @throws ServiceError when there is no such resource, it cannot have tags, or the caller may not see it
   */
  list(service: LambdaService, arn: string, context: CallContext): Promise<Tags>
  /**
   * In one transaction.
   * @param transition throws to refuse
   * @param operation as refusals name it
   */
  change(
    service: LambdaService,
    arn: string,
    context: CallContext,
    operation: 'TagResource' | 'UntagResource',
    transition: (tags: Tags) => Tags,
  ): Promise<void>
}
