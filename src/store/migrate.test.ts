import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'

import { systemClock } from '../kernel/clock.ts'
import { silentLog } from '../kernel/log.ts'
import { openSqliteStore } from './sqlite/sqlite-store.ts'
import { StoreError } from './store.ts'
import type { Migration, Store } from './store.ts'

let directory = ''
let count = 0
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'migrate-'))
})
after(() => rm(directory, { recursive: true, force: true }))

const freshFile = (): string => join(directory, `${count++}.db`)
const open = (file: string, migrations: Migration[]): Promise<Store> =>
  openSqliteStore({ file, migrations, clock: systemClock, log: silentLog })
const table = (id: string, name: string, ran: string[] = []): Migration => ({
  id,
  up: async (db) => {
    ran.push(id)
    await db.schema.createTable(name).addColumn('id', 'text').execute()
  },
})
const tablesOf = async (store: Store): Promise<string[]> => {
  const found = await store.reader().introspection.getTables()
  return found.map(({ name }) => name).toSorted()
}

test('each is applied once, in the order of the ids, also those that come later', async () => {
  const file = freshFile()
  const ran: string[] = []
  const first = [
    table('logs-0001-streams', 'stream', ran),
    table('lambda-0001-functions', 'fn', ran),
  ]
  await using one = await open(file, first)
  assert.deepEqual(ran, ['lambda-0001-functions', 'logs-0001-streams'])
  await one[Symbol.asyncDispose]()
  await using two = await open(file, [...first, table('lambda-0002-aliases', 'alias', ran)])
  assert.deepEqual(ran.slice(2), ['lambda-0002-aliases'])
  assert.deepEqual(await tablesOf(two), ['alias', 'fn', 'lambdad_migration', 'stream'])
})

test('one that fails is undone as a whole and named; those before it stay', async () => {
  const file = freshFile()
  const broken: Migration = {
    id: 'lambda-0002-broken',
    up: async (db) => {
      await db.schema.createTable('half').addColumn('id', 'text').execute()
      await db.schema.createTable('half').addColumn('id', 'text').execute()
    },
  }
  const first = table('lambda-0001-functions', 'fn')
  await assert.rejects(open(file, [first, broken]), /STORE:MIGRATE lambda-0002-broken: .*half/)
  await using store = await open(file, [first])
  assert.deepEqual(await tablesOf(store), ['fn', 'lambdad_migration'])
})

test('a database from a newer lambdad is refused, and not touched', async () => {
  const file = freshFile()
  const first = table('lambda-0001-functions', 'fn')
  const second = table('lambda-0002-later', 'later')
  await (await open(file, [first, second]))[Symbol.asyncDispose]()
  const isNewer = (error: unknown): boolean =>
    error instanceof StoreError && /newer lambdad.*lambda-0002-later/.test(error.message)
  await assert.rejects(open(file, [first, table('logs-0001-streams', 'stream')]), isNewer)
  await using store = await open(file, [first, second])
  assert.deepEqual(await tablesOf(store), ['fn', 'lambdad_migration', 'later'])
})

test('ids that do not sort, or are there twice, are a mistake of ours', async () => {
  const twice = [table('lambda-0001-a', 'a'), table('lambda-0001-a', 'a')]
  await assert.rejects(open(freshFile(), twice), { name: 'AssertionError' })
  await assert.rejects(open(freshFile(), [table('Lambda-1', 'a')]), { name: 'AssertionError' })
})
