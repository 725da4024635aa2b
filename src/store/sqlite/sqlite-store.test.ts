import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, suite, test } from 'node:test'

import fc from '../../../test/kit/fast-check.ts'
import type { CompiledQuery } from 'kysely'

import { sleep, systemClock } from '../../kernel/clock.ts'
import type { Clock } from '../../kernel/clock.ts'
import { silentLog } from '../../kernel/log.ts'
import { sql } from '../kysely/index.js'
import { StoreBusyError, StoreError, StoreFullError } from '../store.ts'
import type { Migration, Store } from '../store.ts'
import { writersWaitingBytesMax, writersWaitingMax } from './limits.ts'
import { openSqliteStore } from './sqlite-store.ts'
import type { SqliteStoreOptions } from './sqlite-store.ts'

interface Tables {
  item: { id: string; parent: string | null; size: number | bigint | null; body: Uint8Array | null }
}

const items: Migration = {
  id: 'test-0001-items',
  up: async (db) => {
    await db.schema
      .createTable('item')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('parent', 'text', (column) => column.references('item.id'))
      .addColumn('size', 'bigint')
      .addColumn('body', 'blob')
      .execute()
  },
}

let directory = ''
let file = ''
let store: Store

/** No time passes for it: a group is never cut short because this machine is busy. */
const stillClock: Clock = { ...systemClock, monotonicMs: () => 0 }

const open = (options: Partial<SqliteStoreOptions> = {}): Promise<Store> =>
  openSqliteStore({ file, migrations: [items], clock: stillClock, log: silentLog, ...options })

const reopen = async (options: Partial<SqliteStoreOptions> = {}): Promise<void> => {
  await store[Symbol.asyncDispose]()
  store = await open(options)
}

const row = (id: string): Tables['item'] => ({ id, parent: null, size: null, body: null })
const insert = (id: string, values: Partial<Tables['item']> = {}): CompiledQuery =>
  store
    .reader<Tables>()
    .insertInto('item')
    .values({ ...row(id), ...values })
    .compile()
const insertIn = (label: string, id: string): Promise<string> =>
  store.transaction<Tables, string>(label, async (db) => {
    await db.insertInto('item').values(row(id)).execute()
    return id
  })
const ids = async (): Promise<string[]> => {
  const rows = await store.reader<Tables>().selectFrom('item').select('id').orderBy('id').execute()
  return rows.map(({ id }) => id)
}
const failsWith = (reason: string) => (error: unknown) =>
  error instanceof StoreError && error.reason === reason

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'store-'))
  file = join(directory, 'lambdad.db')
  store = await open()
})
afterEach(async () => {
  await store[Symbol.asyncDispose]()
  await rm(directory, { recursive: true, force: true })
})

suite('transactions and writes', () => {
  test('what has resolved is seen by readers, and is there after reopening', async () => {
    assert.equal(await insertIn('TEST:ONE', 'a'), 'a')
    assert.deepEqual(await ids(), ['a'])
    await store.write('TEST:TWO', [insert('b'), insert('c')])
    assert.deepEqual(await ids(), ['a', 'b', 'c'])
    await reopen()
    assert.deepEqual(await ids(), ['a', 'b', 'c'])
  })

  test('an error in the body undoes the transaction and is passed on', async () => {
    const mistake = new RangeError('mine')
    const transaction = store.transaction<Tables, void>('TEST:MISTAKE', async (db) => {
      await db.insertInto('item').values(row('a')).execute()
      throw mistake
    })
    await assert.rejects(transaction, (error) => error === mistake)
    assert.deepEqual(await ids(), [])
  })

  test('members of one group fail alone', async () => {
    const ended = await Promise.allSettled([
      insertIn('TEST:A', 'a'),
      store.write('TEST:B', [insert('b'), insert('a')]),
      store.write('TEST:C', [insert('a')]),
      insertIn('TEST:D', 'a'),
      store.write('TEST:E', [insert('e'), insert('f')]),
      insertIn('TEST:F', 'g'),
    ])
    const states = ended.map(({ status }) => status)
    assert.deepEqual(states, [
      'fulfilled',
      'rejected',
      'rejected',
      'rejected',
      'fulfilled',
      'fulfilled',
    ])
    for (const end of ended) {
      if (end.status === 'rejected')
        assert.ok(failsWith('constraint')(end.reason), String(end.reason))
    }
    assert.deepEqual(await ids(), ['a', 'e', 'f', 'g'])
  })

  test('transactions run one after the other, in the order they came', async () => {
    const seen: string[] = []
    const one = (name: string): Promise<void> =>
      store.transaction<Tables, void>(`TEST:${name}`, async (db) => {
        seen.push(`${name} in`)
        await db.selectFrom('item').selectAll().execute()
        await db.insertInto('item').values(row(name)).execute()
        seen.push(`${name} out`)
      })
    await Promise.all([one('a'), store.write('TEST:W', [insert('w')]), one('b'), one('c')])
    assert.deepEqual(seen, ['a in', 'a out', 'b in', 'b out', 'c in', 'c out'])
  })

  test('a transaction sees its own changes and those of members before it; a reader does not yet', async () => {
    await Promise.all([
      store.write('TEST:BEFORE', [insert('before')]),
      store.transaction<Tables, void>('TEST:LOOK', async (db) => {
        await db.insertInto('item').values(row('own')).execute()
        const rows = await db.selectFrom('item').select('id').orderBy('id').execute()
        assert.deepEqual(rows, [{ id: 'before' }, { id: 'own' }])
        assert.deepEqual(await ids(), [])
      }),
    ])
  })

  test('a failed query dooms the transaction, also when its body goes on', async () => {
    await insertIn('TEST:FIRST', 'a')
    const transaction = store.transaction<Tables, string>('TEST:DOOMED', async (db) => {
      await db.insertInto('item').values(row('b')).execute()
      await db
        .insertInto('item')
        .values(row('a'))
        .execute()
        .catch(() => undefined)
      await assert.rejects(
        db.insertInto('item').values(row('c')).execute(),
        failsWith('constraint'),
      )
      return 'as if nothing had happened'
    })
    await assert.rejects(transaction, failsWith('constraint'))
    assert.deepEqual(await ids(), ['a'])
  })

  test('queries after the end are refused', async () => {
    const late = await store.transaction<Tables, () => Promise<unknown>>(
      'TEST:LATE',
      async (db) => {
        return () => db.insertInto('item').values(row('late')).execute()
      },
    )
    await assert.rejects(late(), /TEST:LATE: a query came after its end/)
    assert.deepEqual(await ids(), [])
  })

  test('foreign keys hold', async () => {
    const orphan = store.write('TEST:ORPHAN', [insert('a', { parent: 'nobody' })])
    await assert.rejects(orphan, failsWith('constraint'))
  })

  test('wrong SQL names the label, and readers cannot write', async () => {
    const raw = { ...insert('a'), sql: 'insert into nowhere values (1)', parameters: [] }
    await assert.rejects(store.write('TEST:WRONG', [raw]), /TEST:WRONG: no such table: nowhere/)
    const write = store.reader<Tables>().insertInto('item').values(row('a')).execute()
    await assert.rejects(write, /readonly/)
    await assert.rejects(
      store
        .reader()
        .transaction()
        .execute(async () => 1),
      /Store.transaction/,
    )
  })

  test('a body that waits for another transaction is given up, and the queue goes on', async () => {
    const deadlines: (() => void)[] = []
    const clock: Clock = {
      nowMs: () => 0,
      monotonicMs: () => 0,
      after: (_delayMs, callback) => {
        deadlines.push(callback)
        return { cancel: () => undefined }
      },
    }
    await reopen({ clock })
    deadlines.length = 0
    const inside = Promise.withResolvers<void>()
    const stuck = store.transaction<Tables, void>('TEST:STUCK', async (db) => {
      await db.insertInto('item').values(row('stuck')).execute()
      inside.resolve()
      await insertIn('TEST:INNER', 'inner')
    })
    await inside.promise
    deadlines[0]?.()
    await assert.rejects(stuck, failsWith('timeout'))
    await insertIn('TEST:NEXT', 'next')
    assert.deepEqual(await ids(), ['inner', 'next'])
  })

  test('values come back as they went in', async () => {
    const value = fc.record(
      {
        parent: fc.constant(null),
        size: fc.option(fc.maxSafeInteger(), { nil: null }),
        body: fc.option(fc.uint8Array(), { nil: null }),
        id: fc.string({ unit: 'grapheme' }),
      },
      { noNullPrototype: true },
    )
    await fc.assert(
      fc.asyncProperty(value, async (item) => {
        await store.write('TEST:CLEAR', [store.reader<Tables>().deleteFrom('item').compile()])
        await store.write('TEST:PUT', [insert(item.id, item)])
        assert.deepEqual(await store.reader<Tables>().selectFrom('item').selectAll().execute(), [
          item,
        ])
      }),
      { numRuns: 50 },
    )
  })

  test('a slice of a larger buffer is only the slice', async () => {
    const body = Buffer.from('xxhelloxx').subarray(2, 7)
    await store.write('TEST:SLICE', [insert('a', { body })])
    const { body: read } = await store
      .reader<Tables>()
      .selectFrom('item')
      .select('body')
      .executeTakeFirstOrThrow()
    assert.deepEqual(read, new Uint8Array(Buffer.from('hello')))
  })

  test('values that one of the dialects does not know are refused', async () => {
    for (const parameter of [true, new Date(0), undefined, Number.NaN, {}]) {
      const query = { ...insert('a'), parameters: [parameter] }
      await assert.rejects(store.write('TEST:VALUE', [query]), { name: 'AssertionError' })
    }
  })

  test('returning and affected rows', async () => {
    await store.transaction<Tables, void>('TEST:RETURNING', async (db) => {
      const returned = await db
        .insertInto('item')
        .values([row('a'), row('b')])
        .returning('id')
        .execute()
      assert.deepEqual(returned, [{ id: 'a' }, { id: 'b' }])
      const { numUpdatedRows } = await db
        .updateTable('item')
        .set({ size: 1 })
        .executeTakeFirstOrThrow()
      assert.equal(numUpdatedRows, 2n)
      const upserted = await db
        .insertInto('item')
        .values(row('a'))
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ size: 7 }))
        .returning('size')
        .executeTakeFirst()
      assert.deepEqual(upserted, { size: 7 })
    })
  })
})

suite('what goes wrong', () => {
  const attempt = () =>
    Promise.allSettled([
      store.write('TEST:A', [insert('a')]),
      insertIn('TEST:B', 'b'),
      store.write('TEST:C', [insert('c'), insert('d')]),
    ])

  test('a commit that finds the disk full rejects the whole group and keeps nothing of it', async () => {
    await reopen({ fault: { label: 'TEST:B', effect: 'full' } })
    for (const end of await attempt()) {
      assert.ok(end.status === 'rejected' && end.reason instanceof StoreFullError)
    }
    assert.deepEqual(await ids(), [])
    for (const end of await attempt()) assert.equal(end.status, 'fulfilled')
    await reopen()
    assert.deepEqual(await ids(), ['a', 'b', 'c', 'd'])
  })

  test('a commit that fails to sync rejects the whole group and keeps nothing of it', async () => {
    await reopen({ fault: { label: 'TEST:C', effect: 'io' } })
    for (const end of await attempt()) {
      assert.ok(end.status === 'rejected' && failsWith('io')(end.reason))
    }
    assert.deepEqual(await ids(), [])
    await insertIn('TEST:AGAIN', 'again')
    assert.deepEqual(await ids(), ['again'])
  })

  test('a member that failed by itself keeps its own error when the commit fails as well', async () => {
    await insertIn('TEST:FIRST', 'a')
    await reopen({ fault: { label: 'TEST:B', effect: 'full' } })
    const [a, b] = await Promise.allSettled([insertIn('TEST:A', 'a'), insertIn('TEST:B', 'b')])
    assert.ok(a.status === 'rejected' && failsWith('constraint')(a.reason))
    assert.ok(b.status === 'rejected' && b.reason instanceof StoreFullError)
    assert.deepEqual(await ids(), ['a'])
  })

  test('one writer too many is turned away, and everybody else is served', async () => {
    const query = insert('x')
    const writes = Array.from({ length: writersWaitingMax + 1 }, (_, index) =>
      store.write('TEST:MANY', [{ ...query, parameters: [`${index}`, null, null, null] }]),
    )
    const ended = await Promise.allSettled(writes)
    const refused = ended.filter((end) => end.status === 'rejected')
    assert.equal(refused.length, 1)
    assert.ok(refused[0]?.reason instanceof StoreBusyError)
    assert.equal(ended.at(-1)?.status, 'rejected')
    assert.equal((await ids()).length, writersWaitingMax)
  })

  test('more bytes than may wait are turned away', async () => {
    const body = new Uint8Array(writersWaitingBytesMax / 2)
    const ended = await Promise.allSettled([
      store.write('TEST:BYTES', [insert('a', { body })]),
      store.write('TEST:BYTES', [insert('b', { body })]),
    ])
    assert.deepEqual(
      ended.map(({ status }) => status),
      ['fulfilled', 'rejected'],
    )
    assert.deepEqual(await ids(), ['a'])
  })

  test('a slow read does not hold up a quick one for long', async () => {
    await insertIn('TEST:A', 'a')
    const reader = store.reader<Tables>()
    const state = { isSlowDone: false }
    const slow = sql`
      with recursive number(n) as (select 1 union all select n + 1 from number where n < 10000000)
      select count(*) from number`
      .execute(reader)
      .then(() => (state.isSlowDone = true))
    // The first of these makes another thread start, which those after it find.
    const reads: Promise<void>[] = []
    let quick = 0
    while (!state.isSlowDone) {
      const read = ids().then(() => {
        if (!state.isSlowDone) quick += 1
      })
      reads.push(read)
      await Promise.race([slow, sleep(systemClock, 20)])
    }
    await Promise.all(reads)
    assert.ok(quick > 0, `of ${reads.length} reads none was answered while the slow one went on`)
  })

  test('closing finishes what was begun, refuses what comes after, and empties the log', async () => {
    const begun = Promise.all([insertIn('TEST:A', 'a'), store.write('TEST:B', [insert('b')])])
    const read = store.reader<Tables>().selectFrom('item').selectAll().execute()
    const closing = store[Symbol.asyncDispose]()
    await assert.rejects(insertIn('TEST:AFTER', 'after'), failsWith('closed'))
    await Promise.all([begun, read, closing])
    await store[Symbol.asyncDispose]()
    await assert.rejects(ids(), failsWith('closed'))
    assert.equal(existsSync(`${file}-wal`), false)
    store = await open()
    assert.deepEqual(await ids(), ['a', 'b'])
  })

  test('a file that is no database is refused, and no thread is left', async () => {
    const other = join(directory, 'other.db')
    const before = process.getActiveResourcesInfo()
    await writeFile(other, 'not a database '.repeat(100))
    await assert.rejects(open({ file: other }), failsWith('corrupt'))
    await assert.rejects(open({ file: join(directory, 'nowhere', 'x.db') }), failsWith('io'))
    assert.deepEqual(process.getActiveResourcesInfo(), before)
  })
})
