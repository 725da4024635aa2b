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
  readonly created_at_ms: number
}

type Db = Kysely<AccessTables>

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

/** The principal's oldest key that lasts. */
export function findLastingKey(db: Db, principalArn: string): Promise<AccessKeyRow | undefined> {
  return db
    .selectFrom('access_key')
    .selectAll()
    .where('principal_arn', '=', principalArn)
    .where('expires_at_ms', 'is', null)
    .orderBy('created_at_ms')
    .orderBy('access_key_id')
    .limit(1)
    .executeTakeFirst()
}

export async function deleteAccessKey(db: Db, accessKeyId: string): Promise<void> {
  await db.deleteFrom('access_key').where('access_key_id', '=', accessKeyId).execute()
}

export async function deleteKeysExpiredBefore(db: Db, atMs: number): Promise<void> {
  await db.deleteFrom('access_key').where('expires_at_ms', '<', atMs).execute()
}
