/** Tags of capacity providers. They change neither its state nor when it was modified. */
import type { TaggedKind } from '../tags/tagged.ts'

export const providerTags: TaggedKind = {
  async list(service, arn, context) {
    return (await service.providers.get(arn, context)).tags
  },
  async change(service, arn, context, _operation, transition) {
    await service.providers.change('LAMBDA:CHANGE_TAGS', arn, context, (provider) => ({
      ...provider,
      tags: transition(provider.tags),
    }))
  },
}
