/** Tags of event source mappings. */
import { parseArn } from '../../../kernel/arn.ts'
import type { Scope } from '../../../kernel/brand.ts'
import type { CallContext } from '../../../kernel/operation.ts'
import type { TaggedKind } from '../tags/tagged.ts'
import { mappingNotFound } from './find.ts'

export const mappingTags: TaggedKind = {
  async list(service, arn, context) {
    const { scope, uuid } = named(arn, context)
    const mapping = await service.mappings.find(scope, uuid)
    if (!mapping) throw mappingNotFound()
    return mapping.tags
  },
  async change(service, arn, context, _operation, transition) {
    const { scope, uuid } = named(arn, context)
    const changed = await service.mappings.change('LAMBDA:TAG_MAPPING', scope, uuid, (mapping) => ({
      ...mapping,
      tags: transition(mapping.tags),
    }))
    if (!changed) throw mappingNotFound()
  },
}

/** Only those of the caller's own account and region can be seen. */
function named(
  arn: string,
  context: CallContext,
): { readonly scope: Scope; readonly uuid: string } {
  const { account, region, resource = '' } = parseArn(arn) ?? {}
  if (account !== context.account || region !== context.region) throw mappingNotFound()
  return { scope: context, uuid: resource.split(':')[1] ?? '' }
}
