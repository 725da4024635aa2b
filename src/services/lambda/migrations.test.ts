/** Data directories of before: what a migration makes of rows that are there. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { test } from 'node:test'
import type { Kysely } from 'kysely'
import { systemClock } from '../../kernel/clock.ts'
import { silentLog } from '../../kernel/log.ts'
import { openSqliteStore } from '../../store/sqlite/sqlite-store.ts'
import type { Store } from '../../store/store.ts'
import { migrations } from './index.ts'
import { listReferring } from './settings/tables.ts'
import { type LambdaTables, findDeploying } from './tables.ts'
import { recordOf, scope } from './test-support.ts'
import { usageOf } from './usage/tables.ts'

const elsewhere = { ...scope, region: 'us-east-1' as typeof scope.region }

/** The store as it is now, over one that had the migrations before `id` and was given rows. */
async function migrated<Result>(
  id: string,
  fill: (db: Kysely<LambdaTables>) => Promise<void>,
  look: (store: Store) => Promise<Result>,
): Promise<Result> {
  const directory = await mkdtemp(path.join(tmpdir(), 'lambdad-migrations-'))
  try {
    const file = path.join(directory, 'lambdad.db')
    const options = { file, clock: systemClock, log: silentLog }
    const before = migrations.filter((each) => each.id < id)
    assert.ok(before.length < migrations.length)
    {
      await using store = await openSqliteStore({ ...options, migrations: before })
      await store.transaction<LambdaTables, void>('TEST:FILL', fill)
    }
    await using store = await openSqliteStore({ ...options, migrations })
    return await look(store)
  } finally {
    await rm(directory, { recursive: true })
  }
}

function functionRow(name: string, codeBytes: number, deploying = 0) {
  const record = JSON.stringify(recordOf(name))
  return {
    ...scope,
    name,
    code: 'ab',
    serving_code: 'ab',
    code_bytes: codeBytes,
    deploying,
    record,
  }
}

test('0009: what an account has is added up', async () => {
  const usage = await migrated(
    'lambda-0009-usage',
    async (db) => {
      const rows = [functionRow('f', 5), functionRow('g', 7)]
      await db
        .insertInto('lambda_functions')
        .values([...rows, { ...functionRow('f', 100), ...elsewhere }])
        .execute()
      const package_ = { ...scope, code: 'ab', record: '{}' }
      await db
        .insertInto('lambda_versions')
        .values({ ...package_, name: 'f', version: 1, code_bytes: 11, pending: 0 })
        .execute()
      await db
        .insertInto('lambda_layer_versions')
        .values({ ...package_, name: 'tools', version: 1, code_bytes: 13 })
        .execute()
    },
    async (store) => {
      const db = store.reader<LambdaTables>()
      return [await usageOf(db, scope), await usageOf(db, elsewhere)]
    },
  )
  assert.deepEqual(usage, [
    { functions: 2, codeBytes: 36 },
    { functions: 1, codeBytes: 100 },
  ])
})

test('0010: functions whose deployment was under way are found', async () => {
  const found = await migrated(
    'lambda-0010-deploying-functions',
    async (db) => {
      const rows = [functionRow('f', 1), functionRow('g', 1, 1)]
      await db.insertInto('lambda_functions').values(rows).execute()
    },
    (store) => findDeploying(store.reader<LambdaTables>()),
  )
  assert.deepEqual(
    found.map(({ name }) => name),
    ['g'],
  )
})

test('0011: functions are found by the code signing configuration they had', async () => {
  const names = await migrated(
    'lambda-0011-setting-references',
    async (db) => {
      const row = (name: string, kind: string, record: object) => {
        const owner = { ...scope, function: name, qualifier: '', kind }
        return { ...owner, record: JSON.stringify(record) }
      }
      const old = db as unknown as Kysely<{
        lambda_settings: Omit<LambdaTables['lambda_settings'], 'reference'>
      }>
      await old
        .insertInto('lambda_settings')
        .values([
          row('g', 'codeSigning', { configArn: 'arn:one' }),
          row('f', 'codeSigning', { configArn: 'arn:one' }),
          row('h', 'codeSigning', { configArn: 'arn:two' }),
          row('h', 'concurrency', { reserved: 1 }),
        ])
        .execute()
    },
    (store) => listReferring(store.reader<LambdaTables>(), 'codeSigning', scope, 'arn:one', '', 10),
  )
  assert.deepEqual(names, ['f', 'g'])
})
