/** Access's tables, and every query on them. */
import type { Kysely } from 'kysely'

import type { Migration } from '../store/store.ts'

export interface AccessTables {
  access_key: AccessKeyRow
}

export interface AccessKeyRow {
  readonly access_key_id: string
  readonly account: string
  readonly principal_arn: string
  readonly user_id: string
  /** Sealed, see secret-box.ts. */
  readonly secret: string
  /** Hex; null for keys that last. The token itself is not kept. */
  readonly session_token_sha256: string | null
  /** Unix epoch ms; null for keys that last. PostgreSQL gives 64-bit integers as text. */
  readonly expires_at_ms: number | string | null
  readonly created_at_ms: number | string
  /** 1, or 0 when its owner has switched it off. */
  readonly active: number
  /** JSON of a KeySession; null for keys without. */
  readonly session: string | null
  /** The last use that was noted, all three or none. */
  readonly last_used_at_ms: number | string | null
  readonly last_used_region: string | null
  readonly last_used_service: string | null
}

/** A connection as one room sees it: its own tables. */
export type DbOf<Tables> = Kysely<Tables>
export type Db = DbOf<AccessTables>

export const accessMigrations: readonly Migration[] = [
  {
    id: 'access-0001-access-keys',
    async up(db) {
      await db.schema
        .createTable('access_key')
        .addColumn('access_key_id', 'text', (column) => column.primaryKey())
        .addColumn('account', 'text', (column) => column.notNull())
        .addColumn('principal_arn', 'text', (column) => column.notNull())
        .addColumn('user_id', 'text', (column) => column.notNull())
        .addColumn('secret', 'text', (column) => column.notNull())
        .addColumn('session_token_sha256', 'text')
        .addColumn('expires_at_ms', 'bigint')
        .addColumn('created_at_ms', 'bigint', (column) => column.notNull())
        .execute()
      await db.schema
        .createIndex('access_key_by_principal')
        .on('access_key')
        .columns(['principal_arn', 'created_at_ms'])
        .execute()
      await db.schema
        .createIndex('access_key_by_expiry')
        .on('access_key')
        .column('expires_at_ms')
        .execute()
    },
  },
  {
    id: 'access-0002-keys-of-users',
    async up(db) {
      const keys = () => db.schema.alterTable('access_key')
      await keys()
        .addColumn('active', 'integer', (column) => column.notNull().defaultTo(1))
        .execute()
      await keys().addColumn('session', 'text').execute()
      await keys().addColumn('last_used_at_ms', 'bigint').execute()
      await keys().addColumn('last_used_region', 'text').execute()
      await keys().addColumn('last_used_service', 'text').execute()
      await db.schema
        .createIndex('access_key_by_user')
        .on('access_key')
        .columns(['user_id', 'created_at_ms'])
        .execute()
    },
  },
]

export async function insertAccessKey(db: Db, row: AccessKeyRow): Promise<void> {
  await db.insertInto('access_key').values(row).execute()
}

export function findAccessKey(db: Db, accessKeyId: string): Promise<AccessKeyRow | undefined> {
  return db
    .selectFrom('access_key')
    .selectAll()
    .where('access_key_id', '=', accessKeyId)
    .executeTakeFirst()
}

/** The principal's oldest key that lasts and is active. */
export function findLastingKey(db: Db, principalArn: string): Promise<AccessKeyRow | undefined> {
  return db
    .selectFrom('access_key')
    .selectAll()
    .where('principal_arn', '=', principalArn)
    .where('expires_at_ms', 'is', null)
    .where('active', '=', 1)
    .orderBy('created_at_ms')
    .orderBy('access_key_id')
    .limit(1)
    .executeTakeFirst()
}

/** The lasting keys of a user, by their unique id, the oldest first. Their number is limited by quota. */
export function listLastingKeys(db: Db, userId: string): Promise<AccessKeyRow[]> {
  return db
    .selectFrom('access_key')
    .selectAll()
    .where('user_id', '=', userId)
    .where('expires_at_ms', 'is', null)
    .orderBy('created_at_ms')
    .orderBy('access_key_id')
    .execute()
}

export async function setActive(db: Db, accessKeyId: string, active: boolean): Promise<void> {
  await db
    .updateTable('access_key')
    .set({ active: active ? 1 : 0 })
    .where('access_key_id', '=', accessKeyId)
    .execute()
}

/** For a user whose name or path has changed. @returns the ids of the keys. */
export async function setPrincipalArn(db: Db, userId: string, arn: string): Promise<string[]> {
  const rows = await db
    .updateTable('access_key')
    .set({ principal_arn: arn })
    .where('user_id', '=', userId)
    .returning('access_key_id')
    .execute()
  return rows.map((row) => row.access_key_id)
}

/**
 * The temporary keys of a user (`AIDA...`), or of a role's sessions (`AROA...:name`).
 * @returns the ids of the keys.
 */
export async function deleteSessions(db: Db, uniqueId: string): Promise<string[]> {
  const rows = await db
    .deleteFrom('access_key')
    .where('expires_at_ms', 'is not', null)
    .where((where) =>
      where.or([
        where('user_id', '=', uniqueId),
        // Everything that begins with the id and a colon: a semicolon comes next.
        where.and([where('user_id', '>=', `${uniqueId}:`), where('user_id', '<', `${uniqueId};`)]),
      ]),
    )
    .returning('access_key_id')
    .execute()
  return rows.map((row) => row.access_key_id)
}

/** A statement for the store's fast lane. */
export function lastUseStatement(db: Db, accessKeyId: string, use: LastUse) {
  return db
    .updateTable('access_key')
    .set({
      last_used_at_ms: use.atMs,
      last_used_region: use.region,
      last_used_service: use.service,
    })
    .where('access_key_id', '=', accessKeyId)
    .compile()
}

export interface LastUse {
  readonly atMs: number
  readonly region: string
  /** Signing name: `lambda`. */
  readonly service: string
}

export async function deleteAccessKey(db: Db, accessKeyId: string): Promise<void> {
  await db.deleteFrom('access_key').where('access_key_id', '=', accessKeyId).execute()
}

export async function deleteKeysExpiredBefore(db: Db, atMs: number): Promise<void> {
  await db.deleteFrom('access_key').where('expires_at_ms', '<', atMs).execute()
}
