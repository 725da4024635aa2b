/** Tags of functions: they are the function's as a whole, and change neither its revision nor what serves. */
import type { CallContext } from '../../../kernel/operation.ts'
import type { LambdaService } from '../lambda-service.ts'
import { type FunctionName, notFound } from '../names.ts'
import { accessibleName } from '../permissions/access.ts'
import { invalid } from '../rules.ts'
import type { TaggedKind } from './tagged.ts'

export const functionTags: TaggedKind = {
  async list(service, arn, context) {
    const named = await nameOf(service, arn, context, 'ListTags')
    const known = await service.functions.find(named.scope, named.name)
    if (!known) throw notFound(named)
    return known.record.tags
  },
  async change(service, arn, context, operation, transition) {
    const named = await nameOf(service, arn, context, operation)
    const { scope, name } = named
    const label = 'LAMBDA:CHANGE_TAGS'
    const changed = await service.functions.change(label, scope, name, (record) => ({
      ...record,
      tags: transition(record.tags),
    }))
    if (!changed) throw notFound(named)
  },
}

/** Other accounts may, if the function's policy says so (developer guide, "Granting function access to other accounts"). */
async function nameOf(
  service: LambdaService,
  arn: string,
  context: CallContext,
  operation: string,
): Promise<FunctionName> {
  const named = await accessibleName(service, arn, undefined, context, operation)
  if (named.qualifier === undefined) return named
  throw invalid(
    'Tags on function aliases and versions are not supported. Please specify a function ARN.',
  )
}
