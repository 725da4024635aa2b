/** Tags of entities: the same three operations for each kind that can have them. */
import type { Tag } from '@aws-sdk/client-iam'
import { changeEntity } from './change-entity.ts'
import type { IamDeps } from './iam-deps.ts'
import type { Find } from './lookups.ts'
import { type Page, type PageInput, numberKey, readPage } from './paging.ts'
import { checkTagCount, checkTags } from './rules.ts'
import { type Entity, type TagRecord, type TaggedKind, withTags, withoutTags } from './state.ts'
import type { IamTables } from './tables.ts'

/** As quotas are named; the pattern is observed for roles. */
const quotas: Readonly<Record<TaggedKind, string>> = {
  role: 'TagsPerRole',
  user: 'TagsPerUser',
  'instance-profile': 'TagsPerInstanceProfile',
  'oidc-provider': 'TagsPerOpenIdConnectProvider',
  'saml-provider': 'TagsPerSAMLProvider',
}

/** The tags of an entity that is being made. @throws ServiceError InvalidInput, LimitExceeded */
export function newTags(kind: TaggedKind, tags: readonly Tag[] | undefined): readonly TagRecord[] {
  return checkTagCount(checkTags(tags), quotas[kind])
}

export async function tagEntity(
  deps: IamDeps,
  find: Find<TaggedKind>,
  tags: readonly Tag[] | undefined,
): Promise<void> {
  const added = checkTags(tags)
  await change(deps, 'IAM:TAG', find, (entity) =>
    checkTagCount(withTags(entity.tags, added), quotas[entity.kind]),
  )
}

export async function untagEntity(
  deps: IamDeps,
  find: Find<TaggedKind>,
  keys: readonly string[] = [],
): Promise<void> {
  await change(deps, 'IAM:UNTAG', find, (entity) => withoutTags(entity.tags, keys))
}

async function change(
  deps: IamDeps,
  label: string,
  find: Find<TaggedKind>,
  tagsOf: (entity: Entity<TaggedKind>) => readonly TagRecord[],
): Promise<void> {
  await changeEntity<TaggedKind>(deps, label, find, (entity) => ({
    ...entity,
    tags: tagsOf(entity),
  }))
}

export async function listEntityTags(
  deps: IamDeps,
  find: Find<TaggedKind>,
  input: PageInput,
): Promise<{ Tags: TagRecord[]; IsTruncated: boolean; Marker?: string }> {
  const { tags } = await find(deps.store.reader<IamTables>())
  const { items, end } = await readTagPage(input, tags)
  return { Tags: [...items], ...end }
}

/**
 * A page of an entity's or a policy's tags. Sorted by key, as documented. Markers name the position: a key of 128
 * characters is too long for one (320 characters at most), and all 50 tags fit on a page that is not made smaller
 * on purpose.
 */
export function readTagPage(
  input: PageInput,
  tags: readonly TagRecord[],
): Promise<Page<TagRecord>> {
  const sorted = tags.toSorted((a, b) => (a.Key < b.Key ? -1 : 1))
  return readPage(
    'tags',
    input,
    (after, limit) => sorted.slice(numberKey(after)).slice(0, limit),
    (tag) => String(sorted.indexOf(tag) + 1),
  )
}
