/**
 * Brings the schema up to date: forward only, in the order of the ids, each in a transaction of its own,
 * recorded in `lambdad_migration`. For every dialect; called once by whoever opens a store.
 */
import type { Kysely } from 'kysely'

import { assert } from '../kernel/assert.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Log } from '../kernel/log.ts'
import { StoreError } from './store.ts'
import type { Migration } from './store.ts'

interface MigrationTables {
  lambdad_migration: { id: string; applied_at_ms: number }
}

type RunTransaction = <Result>(
  label: string,
  body: (db: Kysely<unknown>) => Promise<Result>,
) => Promise<Result>

const idPattern = /^[a-z][a-z0-9]*(-[a-z0-9]+)*-\d{4}-[a-z0-9]+(-[a-z0-9]+)*$/

/** @throws StoreError when the database has migrations that are not among `migrations`. */
export async function migrate(
  migrations: readonly Migration[],
  run: RunTransaction,
  clock: Clock,
  log: Log,
): Promise<void> {
  const ordered = migrations.toSorted((a, b) => (a.id < b.id ? -1 : 1))
  for (const [index, { id }] of ordered.entries()) {
    assert(idPattern.test(id), `a migration is named <room>-<four digits>-<words>, not ${id}`)
    assert(ordered[index + 1]?.id !== id, `two migrations are named ${id}`)
  }
  const applied = new Set(await run('STORE:READ_MIGRATIONS', appliedIds))
  const known = new Set(ordered.map(({ id }) => id))
  const unknown = [...applied].filter((id) => !known.has(id))
  if (unknown.length > 0) {
    const words = `It has ${unknown.join(', ')}, which this one does not know. Start the newer lambdad.`
    throw new StoreError('statement', `The database was written by a newer lambdad. ${words}`)
  }
  for (const migration of ordered) {
    if (applied.has(migration.id)) continue
    await run(`STORE:MIGRATE ${migration.id}`, (db) => apply(migration, db, clock.nowMs()))
    log.debug({ migration: migration.id }, 'schema changed')
  }
}

async function appliedIds(db: Kysely<unknown>): Promise<string[]> {
  await db.schema
    .createTable('lambdad_migration')
    .ifNotExists()
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('applied_at_ms', 'bigint', (column) => column.notNull())
    .execute()
  const tables = db as Kysely<MigrationTables>
  const rows = await tables.selectFrom('lambdad_migration').select('id').execute()
  return rows.map(({ id }) => id)
}

async function apply(migration: Migration, db: Kysely<unknown>, nowMs: number): Promise<void> {
  await migration.up(db)
  await (db as Kysely<MigrationTables>)
    .insertInto('lambdad_migration')
    .values({ id: migration.id, applied_at_ms: nowMs })
    .execute()
}
