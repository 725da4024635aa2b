/** Every query on who is in what: users in groups, roles in instance profiles. The schema is in tables.ts. */
import { entityOf } from './entity-tables.ts'
import { keyOf } from './names.ts'
import type { Entity } from './state.ts'
import { type Db } from './tables.ts'

export type ContainerKind = 'group' | 'instance-profile'
/** Whom a container of each kind holds. */
export interface MemberOf {
  readonly group: 'user'
  readonly 'instance-profile': 'role'
}

const memberKinds: MemberOf = { group: 'user', 'instance-profile': 'role' }

/** At most `limit` members whose name keys come after `afterKey`, by name key. */
export async function listMembers<C extends ContainerKind>(
  db: Db,
  containerKind: C,
  container: Entity<C>,
  afterKey: string,
  limit: number,
): Promise<Entity<MemberOf[C]>[]> {
  const kind: MemberOf[C] = memberKinds[containerKind]
  const rows = await db
    .selectFrom('iam_links')
    .innerJoin('iam_entities', (join) =>
      join
        .onRef('iam_entities.account', '=', 'iam_links.account')
        .onRef('iam_entities.name_key', '=', 'iam_links.member_key')
        .on('iam_entities.kind', '=', kind),
    )
    .select('iam_entities.record')
    .where('iam_links.account', '=', container.account)
    .where('iam_links.kind', '=', container.kind)
    .where('iam_links.container_key', '=', keyOf(container.name))
    .where('iam_links.member_key', '>', afterKey)
    .orderBy('iam_links.member_key')
    .limit(limit)
    .execute()
  return rows.map((row) => entityOf(kind, row.record))
}

/** At most `limit` containers that hold the member, whose name keys come after `afterKey`, by name key. */
export async function listContainers<C extends ContainerKind>(
  db: Db,
  kind: C,
  member: Entity<MemberOf[C]>,
  afterKey: string,
  limit: number,
): Promise<Entity<C>[]> {
  const rows = await db
    .selectFrom('iam_links')
    .innerJoin('iam_entities', (join) =>
      join
        .onRef('iam_entities.account', '=', 'iam_links.account')
        .onRef('iam_entities.kind', '=', 'iam_links.kind')
        .onRef('iam_entities.name_key', '=', 'iam_links.container_key'),
    )
    .select('iam_entities.record')
    .where('iam_links.account', '=', member.account)
    .where('iam_links.kind', '=', kind)
    .where('iam_links.member_key', '=', keyOf(member.name))
    .where('iam_links.container_key', '>', afterKey)
    .orderBy('iam_links.container_key')
    .limit(limit)
    .execute()
  return rows.map((row) => entityOf(kind, row.record))
}

/** Does nothing when it is in already. */
export async function insertLink<C extends ContainerKind>(
  db: Db,
  container: Entity<C>,
  member: Entity<MemberOf[C]>,
): Promise<void> {
  await db
    .insertInto('iam_links')
    .values(linkKey(container, member))
    .onConflict((conflict) =>
      conflict.columns(['account', 'kind', 'container_key', 'member_key']).doNothing(),
    )
    .execute()
}

/** @returns whether it was in. */
export async function deleteLink<C extends ContainerKind>(
  db: Db,
  container: Entity<C>,
  member: Entity<MemberOf[C]>,
): Promise<boolean> {
  const result = await db
    .deleteFrom('iam_links')
    .where((where) => where.and(linkKey(container, member)))
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

function linkKey<C extends ContainerKind>(container: Entity<C>, member: Entity<MemberOf[C]>) {
  return {
    account: container.account,
    kind: container.kind,
    container_key: keyOf(container.name),
    member_key: keyOf(member.name),
  }
}
