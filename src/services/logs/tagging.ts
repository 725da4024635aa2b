/** The tags of log groups: what the three newer and the three older operations about them have in common. */
import { parseArn } from '../../kernel/arn.ts'
import type { Scope } from '../../kernel/brand.ts'
import { ServiceError } from '../../kernel/errors.ts'
import type { LogsDeps } from './deps.ts'
import { tagsMax } from './limits.ts'
import { type GroupReference, groupArn } from './names.ts'
import { checkTagKeys, invalid } from './rules.ts'
import { requireGroup } from './streams.ts'
import { deleteTags, listTags, putTags } from './tag-tables.ts'
import type { LogsTables } from './tables.ts'

type Tags = Readonly<Record<string, string>>

/** @throws ServiceError */
export async function tagGroup(
  service: LogsDeps,
  scope: Scope,
  reference: GroupReference,
  tags: Tags,
): Promise<void> {
  checkTagKeys(Object.keys(tags))
  await service.flush()
  await service.store.transaction<LogsTables, void>('LOGS:TAG', async (db) => {
    const group = await requireGroup(db, reference, scope)
    const all = { ...(await listTags(db, group)), ...tags }
    if (Object.keys(all).length > tagsMax) throw tooManyTags(groupArn(scope, group.name))
    await putTags(db, group, tags)
  })
}

/** @throws ServiceError */
export async function untagGroup(
  service: LogsDeps,
  scope: Scope,
  reference: GroupReference,
  keys: readonly string[],
): Promise<void> {
  await service.flush()
  await service.store.transaction<LogsTables, void>('LOGS:UNTAG', async (db) => {
    await deleteTags(db, await requireGroup(db, reference, scope), keys)
  })
}

/** @throws ServiceError */
export async function tagsOfGroup(
  service: LogsDeps,
  scope: Scope,
  reference: GroupReference,
): Promise<Record<string, string>> {
  await service.flush()
  const db = service.store.reader<LogsTables>()
  return await listTags(db, await requireGroup(db, reference, scope))
}

/**
 * Log groups, and destinations, of which lambdad has none.
 * @throws ServiceError when it is the ARN of something that has no tags.
 */
export function taggedGroup(resourceArn = ''): GroupReference {
  const resource = parseArn(resourceArn)?.resource ?? ''
  if (resource.startsWith('destination:')) {
    throw new ServiceError('ResourceNotFoundException', 'The specified destination does not exist.')
  }
  // Our words.
  if (resource === '') throw invalid(`${resourceArn} is not the ARN of a log group.`)
  return { logGroupIdentifier: resourceArn }
}

/** The message is ours. */
function tooManyTags(resourceName: string): ServiceError {
  return new ServiceError(
    'TooManyTagsException',
    `A resource can have no more than ${tagsMax} tags.`,
    {
      fields: { resourceName },
    },
  )
}
