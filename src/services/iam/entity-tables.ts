/** Every query on entities: roles, users, groups, instance profiles, providers. The schema is in tables.ts. */
import type { AccountId } from '../../kernel/brand.ts'
import { keyOf } from './names.ts'
import type { AnyEntity, Entity, Kind } from './state.ts'
import { type Db, begins } from './tables.ts'

export async function findEntity<K extends Kind>(
  db: Db,
  kind: K,
  account: AccountId,
  name: string,
): Promise<Entity<K> | undefined> {
  const row = await db
    .selectFrom('iam_entities')
    .select('record')
    .where((where) => where.and({ account, kind, name_key: keyOf(name) }))
    .executeTakeFirst()
  return row && entityOf(kind, row.record)
}

/** At most `limit` entities whose name keys come after `afterKey`, by name key. */
export async function listEntities<K extends Kind>(
  db: Db,
  kind: K,
  account: AccountId,
  pathPrefix: string,
  afterKey: string,
  limit: number,
): Promise<Entity<K>[]> {
  const rows = await db
    .selectFrom('iam_entities')
    .select('record')
    .where((where) => where.and({ account, kind }))
    .where('name_key', '>', afterKey)
    .where(begins('path', pathPrefix))
    .orderBy('name_key')
    .limit(limit)
    .execute()
  return rows.map((row) => entityOf(kind, row.record))
}

export async function countEntities(db: Db, kind: Kind, account: AccountId): Promise<number> {
  const row = await db
    .selectFrom('iam_entities')
    .select((each) => each.fn.countAll().as('count'))
    .where((where) => where.and({ account, kind }))
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

export async function insertEntity(db: Db, entity: AnyEntity, document?: string): Promise<void> {
  await db
    .insertInto('iam_entities')
    .values({ ...entityKey(entity), ...columnsOf(entity), document: document ?? null })
    .execute()
}

/** Its document stays. */
export async function updateEntity(db: Db, entity: AnyEntity): Promise<void> {
  await db
    .updateTable('iam_entities')
    .set(columnsOf(entity))
    .where((where) => where.and(entityKey(entity)))
    .execute()
}

/** The entity alone: what hangs on it must be gone. */
export async function deleteEntity(db: Db, entity: AnyEntity): Promise<void> {
  await db
    .deleteFrom('iam_entities')
    .where((where) => where.and(entityKey(entity)))
    .execute()
}

/** Gives an entity another name, and all that hangs on it with it. */
export async function renameEntity(db: Db, before: AnyEntity, after: AnyEntity): Promise<void> {
  const { account, kind } = before
  const [oldKey, newKey] = [keyOf(before.name), keyOf(after.name)]
  await db
    .updateTable('iam_entities')
    .set({ ...columnsOf(after), name_key: newKey })
    .where((where) => where.and(entityKey(before)))
    .execute()
  if (oldKey === newKey) return
  for (const name of ['iam_inline_policies', 'iam_attachments'] as const) {
    await db
      .updateTable(name)
      .set({ entity_key: newKey })
      .where((where) => where.and({ account, kind, entity_key: oldKey }))
      .execute()
  }
  await db
    .updateTable('iam_links')
    .set({ container_key: newKey })
    .where((where) => where.and({ account, kind, container_key: oldKey }))
    .execute()
  // Users are members of groups alone, and only users are.
  if (kind !== 'user') return
  await db
    .updateTable('iam_links')
    .set({ member_key: newKey })
    .where((where) => where.and({ account, kind: 'group', member_key: oldKey }))
    .execute()
}

export async function findDocument(db: Db, entity: AnyEntity): Promise<string | undefined> {
  const row = await db
    .selectFrom('iam_entities')
    .select('document')
    .where((where) => where.and(entityKey(entity)))
    .executeTakeFirst()
  return row?.document ?? undefined
}

export async function setDocument(db: Db, entity: AnyEntity, document: string): Promise<void> {
  await db
    .updateTable('iam_entities')
    .set({ document })
    .where((where) => where.and(entityKey(entity)))
    .execute()
}

/** For names that are unique among all accounts. */
export async function isNameTaken(db: Db, kind: Kind, name: string): Promise<boolean> {
  const row = await db
    .selectFrom('iam_entities')
    .select('account')
    .where((where) => where.and({ kind, name_key: keyOf(name) }))
    .executeTakeFirst()
  return row !== undefined
}

/** Of a kind that is kept for a while. Their number is small. */
export async function deleteEntitiesBefore(
  db: Db,
  kind: Kind,
  account: AccountId,
  createdMs: number,
): Promise<void> {
  const rows = await db
    .selectFrom('iam_entities')
    .select('record')
    .where((where) => where.and({ account, kind }))
    .execute()
  for (const entity of rows.map((row) => entityOf(kind, row.record))) {
    if (entity.createdMs < createdMs) await deleteEntity(db, entity)
  }
}

/** How many have a permissions boundary of this ARN. */
export async function countBounded(db: Db, account: AccountId, arn: string): Promise<number> {
  const row = await db
    .selectFrom('iam_entities')
    .select((each) => each.fn.countAll().as('count'))
    .where((where) => where.and({ account, boundary_arn: arn }))
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

/** Entities of one kind that use a policy, in either way, by name key. */
export async function listPolicyUsers<K extends 'role' | 'user' | 'group'>(
  db: Db,
  kind: K,
  account: AccountId,
  filter: {
    readonly arn: string
    readonly pathPrefix: string
    readonly usedAs: 'attachments' | 'boundaries' | undefined
  },
  afterKey: string,
  limit: number,
): Promise<Entity<K>[]> {
  const { arn, usedAs } = filter
  const rows = await db
    .selectFrom('iam_entities')
    .select('record')
    .where((where) => where.and({ account, kind }))
    .where('name_key', '>', afterKey)
    .where(begins('iam_entities.path', filter.pathPrefix))
    .where((where) => {
      const attached = where.exists(
        where
          .selectFrom('iam_attachments as used')
          .select('used.position')
          .whereRef('used.account', '=', 'iam_entities.account')
          .whereRef('used.kind', '=', 'iam_entities.kind')
          .whereRef('used.entity_key', '=', 'iam_entities.name_key')
          .where('used.policy_arn', '=', arn),
      )
      const bounded = where('boundary_arn', '=', arn)
      if (usedAs === undefined) return where.or([attached, bounded])
      return usedAs === 'attachments' ? attached : bounded
    })
    .orderBy('name_key')
    .limit(limit)
    .execute()
  return rows.map((row) => entityOf(kind, row.record))
}

/** Roles that were stored before there were other kinds do not say what they are. */
export function entityOf<K extends Kind>(kind: K, record: string): Entity<K> {
  return { ...(JSON.parse(record) as Entity<K>), kind }
}

function entityKey(entity: AnyEntity) {
  return { account: entity.account, kind: entity.kind, name_key: keyOf(entity.name) }
}

function columnsOf(entity: AnyEntity) {
  const boundary = 'boundary' in entity ? entity.boundary : undefined
  return { path: entity.path, boundary_arn: boundary ?? null, record: JSON.stringify(entity) }
}
