/** Tags of code signing configurations. */
import type { LambdaTables } from '../tables.ts'
import type { TaggedKind } from '../tags/tagged.ts'
import { changeCodeSigning } from './change-config.ts'
import { configNotFound } from './config.ts'
import { findCodeSigning } from './tables.ts'

export const codeSigningTags: TaggedKind = {
  async list(service, arn, context) {
    const record = await findCodeSigning(service.store.reader<LambdaTables>(), context, arn)
    if (!record) throw configNotFound(arn)
    return record.tags
  },
  async change(service, arn, context, _operation, transition) {
    await changeCodeSigning(service, 'LAMBDA:CHANGE_TAGS', arn, context, (before) => ({
      ...before,
      tags: transition(before.tags),
    }))
  },
}
