/** The SQL of log groups' tags. */
import type { LogGroup } from './state.ts'
import type { Db } from './tables.ts'

export async function listTags(db: Db, group: LogGroup): Promise<Record<string, string>> {
  const rows = await db
    .selectFrom('logs_tags')
    .select(['key', 'value'])
    .where('group_id', '=', group.id)
    .orderBy('key')
    .execute()
  return Object.fromEntries(rows.map(({ key, value }) => [key, value]))
}

/** Adds these, in place of those with the same keys. */
export async function putTags(
  db: Db,
  group: LogGroup,
  tags: Readonly<Record<string, string>>,
): Promise<void> {
  const rows = Object.entries(tags).map(([key, value]) => ({ group_id: group.id, key, value }))
  if (rows.length === 0) return
  await deleteTags(db, group, Object.keys(tags))
  await db.insertInto('logs_tags').values(rows).execute()
}

export async function deleteTags(db: Db, group: LogGroup, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return
  await db
    .deleteFrom('logs_tags')
    .where('group_id', '=', group.id)
    .where('key', 'in', keys)
    .execute()
}

/** The tags of several groups, by the groups' ids. */
export async function tagsOf(
  db: Db,
  groups: readonly LogGroup[],
): Promise<Map<string, Map<string, string>>> {
  const ids = groups.map((group) => group.id)
  const rows = await db.selectFrom('logs_tags').selectAll().where('group_id', 'in', ids).execute()
  const tags = new Map<string, Map<string, string>>()
  for (const { group_id: id, key, value } of rows) {
    tags.set(id, (tags.get(id) ?? new Map<string, string>()).set(key, value))
  }
  return tags
}
