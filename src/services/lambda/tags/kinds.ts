/** The kinds of resources that have tags here. A new kind gets its line, and TagResource and the others serve it. */
import { parseArn } from '../../../kernel/arn.ts'
import { ServiceError } from '../../../kernel/errors.ts'
import { codeSigningTags } from '../code-signing/tags.ts'
import { providerTags } from '../capacity-providers/tags.ts'
import { mappingTags } from '../event-sources/tags.ts'
import { functionTags } from './function-tags.ts'
import type { TaggedKind } from './tagged.ts'

const kinds: Readonly<Record<string, TaggedKind>> = {
  function: functionTags,
  'code-signing-config': codeSigningTags,
  'capacity-provider': providerTags,
  'event-source-mapping': mappingTags,
}

/** @throws ServiceError of resources that cannot be made here yet: none is there. */
export function kindOf(arn: string): TaggedKind {
  const kind = parseArn(arn)?.resource.split(':')[0] ?? ''
  const found = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined
  if (found) return found
  throw new ServiceError(
    'ResourceNotFoundException',
    'The resource you requested does not exist.',
    { status: 404 },
  )
}
