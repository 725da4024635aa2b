import assert from 'node:assert/strict'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import fc from '../../../../test/kit/fast-check.ts'
import { systemClock } from '../../../kernel/clock.ts'
import { silentLog } from '../../../kernel/log.ts'
import { Counter } from '../../../kernel/metrics.ts'
import { sql } from '../../../store/kysely/index.js'
import { openSqliteStore } from '../../../store/sqlite/sqlite-store.ts'
import { createLogsService, migrations } from '../index.ts'
import { bytesPerTrim, chunkOverheadBytes, chunksPerTrim } from '../limits.ts'
import { deleteStream, findGroup, findStream } from '../tables.ts'
import {
  FakeClock,
  type TestLogs,
  chunkBytes,
  fill,
  holdAgainstChunks,
  kilobyte,
  messagesOf,
  openTestLogs,
  openTestStore,
  scope,
  startMs,
  storedBytes,
  streamsOf,
  temporaryDirectory,
} from '../test-support.ts'
import type { EventTables } from './tables.ts'
import { findExpired, findOldest, findUsedBytes, removeExpired, removeUpTo } from './trim-tables.ts'
import { Trimmer } from './trimmer.ts'

test('a function`s stream comes back with its next line, though all of it was deleted', async () => {
  await using logs = await openTestLogs()
  const writer = logs.service.sink.open(scope, 'a', 's')
  writer.write(startMs, 'before')
  await logs.service.flush()
  await logs.store.write('TEST:TRIM', removeUpTo(logs.store.reader<EventTables>(), startMs))
  assert.deepEqual(await streamsOf(logs, 'a'), [])
  writer.write(startMs + 1, 'after')
  const stream = { logGroupName: 'a', logStreamName: 's' }
  assert.deepEqual(messagesOf(await logs.call('GetLogEvents', stream)), ['after'])
  await holdAgainstChunks(logs.store)
})

test('a stream that was made and never written to stays', async () => {
  await using logs = await openTestLogs()
  await fill(logs, 'a', ['s'])
  await logs.call('CreateLogStream', { logGroupName: 'a', logStreamName: 'empty' })
  await logs.store.write('TEST:TRIM', removeUpTo(logs.store.reader<EventTables>(), startMs))
  assert.deepEqual(await streamsOf(logs, 'a'), [['empty', undefined, undefined]])
})

test('a stream that somebody made stays, though all of it was deleted', async () => {
  await using logs = await openTestLogs()
  const stream = { logGroupName: 'a', logStreamName: 's' }
  await logs.call('CreateLogGroup', { logGroupName: 'a' })
  await logs.call('CreateLogStream', stream)
  const put = (message: string) =>
    logs.call('PutLogEvents', { ...stream, logEvents: [{ timestamp: startMs, message }] })
  await put('before')
  await logs.store.write('TEST:TRIM', removeUpTo(logs.store.reader<EventTables>(), startMs))
  assert.deepEqual(await streamsOf(logs, 'a'), [['s', undefined, undefined]])
  await holdAgainstChunks(logs.store)
  await put('after')
  assert.deepEqual(messagesOf(await logs.call('GetLogEvents', stream)), ['after'])
  await holdAgainstChunks(logs.store)
})

test('events of a deleted stream that still lie there count for no group', async () => {
  await using logs = await openTestLogs()
  await fill(logs, 'a', ['deleted', 'kept', 'kept'])
  await logs.store.transaction<EventTables, void>('TEST:DELETE', async (db) => {
    const group = await findGroup(db, scope, 'a')
    await deleteStream(db, (await findStream(db, group!, 'deleted'))!)
  })
  await logs.store.write('TEST:TRIM', removeUpTo(logs.store.reader<EventTables>(), startMs + 1))
  assert.deepEqual(await storedBytes(logs), [kilobyte.length + 26])
  await holdAgainstChunks(logs.store)
})

describe('a batch', () => {
  test('is bounded in chunks and in bytes, but for what was stored in the same millisecond', async () => {
    await using logs = await openTestLogs()
    const db = logs.store.reader<EventTables>()
    assert.equal(await findOldest(db, chunksPerTrim, bytesPerTrim), undefined)
    await fill(logs, 'a', ['1', '2', '3', '4'])
    const batch = (chunks: number) => ({
      untilMs: startMs + chunks - 1,
      bytes: chunks * chunkBytes,
    })
    assert.deepEqual(await findOldest(db, 2, Infinity), batch(2))
    assert.deepEqual(await findOldest(db, 64, 2 * chunkBytes), batch(2))
    assert.deepEqual(await findOldest(db, 64, 2 * chunkBytes + 1), batch(3))
    assert.deepEqual(await findOldest(db, 64, 1), batch(1))
    // Two more in the millisecond of the fourth.
    logs.clock.advance(-1)
    for (const stream of ['5', '6']) {
      logs.service.sink.open(scope, 'a', stream).write(startMs, kilobyte)
    }
    await logs.service.flush()
    const six = { untilMs: startMs + 3, bytes: 6 * chunkBytes }
    assert.deepEqual(await findOldest(db, 4, Infinity), six)
    assert.deepEqual(await findOldest(db, 3, Infinity), batch(3))
  })

  test('finds its chunks by their age, and touches no others', async () => {
    await using logs = await openTestLogs()
    const db = logs.store.reader<EventTables>()
    for (const statement of [...removeUpTo(db, startMs), ...removeExpired(db, 'id', startMs)]) {
      const explain = sql.raw<{ detail: string }>(`explain query plan ${statement.sql}`)
      const { rows } = await explain.execute(db)
      assert.ok(rows.length > 0)
      const scans = rows.filter(({ detail }) => /^SCAN (?!old|gone|logs_usage)/.test(detail))
      assert.deepEqual(scans, [], statement.sql)
    }
  })
})

type Step =
  | { readonly write: readonly [number, number]; readonly offsetMs: number; readonly lines: number }
  | { readonly put: readonly [number, number]; readonly offsetMs: number }
  | { readonly deleteStream: readonly [number, number] }
  | { readonly deleteGroup: number }
  | { readonly trimTo: number }
  | { readonly makeStream: readonly [number, number] }
  | { readonly expire: number; readonly offsetMs: number }
  | { readonly passMs: number }

const place = fc.tuple(fc.nat(1), fc.nat(2))
const offsetMs = fc.integer({ min: -3_000_000, max: 3_000_000 })
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ write: place, offsetMs, lines: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 3, arbitrary: fc.record({ put: place, offsetMs }) },
  { weight: 2, arbitrary: fc.record({ deleteStream: place }) },
  { weight: 1, arbitrary: fc.record({ deleteGroup: fc.nat(1) }) },
  { weight: 3, arbitrary: fc.record({ trimTo: fc.double({ min: 0, max: 1, noNaN: true }) }) },
  { weight: 2, arbitrary: fc.record({ makeStream: place }) },
  { weight: 3, arbitrary: fc.record({ expire: fc.nat(1), offsetMs }) },
  { weight: 3, arbitrary: fc.record({ passMs: fc.nat(1000) }) },
)

async function take(logs: TestLogs, each: Step): Promise<void> {
  const { clock, service, call, store } = logs
  const missing = (error: { code?: string }): void =>
    assert.equal(error.code, 'ResourceNotFoundException')
  const named = ([group, stream]: readonly [number, number]) => ({
    logGroupName: `g${group}`,
    logStreamName: `s${stream}`,
  })
  if ('write' in each) {
    const { logGroupName, logStreamName } = named(each.write)
    const writer = service.sink.open(scope, logGroupName, logStreamName)
    const timeMs = clock.nowMs() + each.offsetMs
    for (let line = 0; line < each.lines; line += 1) writer.write(timeMs + line, `ä${line}`)
    await service.flush()
  } else if ('put' in each) {
    const logEvents = [{ timestamp: clock.nowMs() + each.offsetMs, message: 'put' }]
    await call('PutLogEvents', { ...named(each.put), logEvents }).catch(missing)
  } else if ('deleteStream' in each) {
    await call('DeleteLogStream', named(each.deleteStream)).catch(missing)
  } else if ('deleteGroup' in each) {
    await call('DeleteLogGroup', { logGroupName: `g${each.deleteGroup}` }).catch(missing)
  } else if ('trimTo' in each) {
    const db = store.reader<EventTables>()
    const bytesMax = (await findUsedBytes(db)) * each.trimTo
    await using trimmer = new Trimmer({ ...logs, log: silentLog, bytesMax, deleted: new Counter() })
    await trimmer.trim()
    assert.ok((await findUsedBytes(db)) <= bytesMax)
  } else if ('makeStream' in each) {
    const exists = (error: { code?: string }): void =>
      assert.match(String(error.code), /^Resource(NotFound|AlreadyExists)Exception$/)
    await call('CreateLogStream', named(each.makeStream)).catch(exists)
  } else if ('expire' in each) {
    await expire(logs, `g${each.expire}`, clock.nowMs() + each.offsetMs)
  } else clock.advance(each.passMs)
}

/** Two chunks at a time. */
async function expire(logs: TestLogs, name: string, expiredMs: number): Promise<void> {
  const db = logs.store.reader<EventTables>()
  const group = await findGroup(db, scope, name)
  if (!group) return
  const next = () => findExpired(db, group.id, expiredMs, 2, Infinity)
  for (let batch = await next(); batch; batch = await next()) {
    assert.ok(batch.untilMs < expiredMs)
    await logs.store.write('TEST:EXPIRE', removeExpired(db, group.id, batch.untilMs))
  }
  const left = await db
    .selectFrom('logs_chunks')
    .select('last_ms')
    .where('group_id', '=', group.id)
    .execute()
  assert.ok(left.every((chunk) => chunk.last_ms >= expiredMs))
}

test('whatever is written, put and deleted, the rows agree with the chunks that are there', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 30 }), async (steps) => {
      await using logs = await openTestLogs()
      for (const each of steps) {
        await take(logs, each)
        await holdAgainstChunks(logs.store)
      }
    }),
    { numRuns: 25 },
  )
})

test('what an older lambdad has stored is counted once, when its database is opened', async () => {
  await using directory = await temporaryDirectory()
  const file = join(directory.path, 'lambdad.db')
  const clock = new FakeClock()
  const older = migrations.filter(({ id }) => id !== 'logs-0003-usage')
  {
    await using store = await openSqliteStore({
      file,
      migrations: older,
      clock: systemClock,
      log: silentLog,
    })
    await store.transaction<EventTables, void>('TEST:OLD_CHUNKS', async (db) => {
      for (const first_sequence of [0, 1, 2])
        await db
          .insertInto('logs_chunks')
          .values({ ...oldChunk, first_sequence, last_sequence: first_sequence })
          .execute()
    })
  }
  await using store = await openTestStore(directory.path)
  const db = store.reader<EventTables>()
  assert.equal(await findUsedBytes(db), 3 * (oldChunk.encoded_bytes + chunkOverheadBytes))
  assert.deepEqual(await findOldest(db, 64, Infinity), {
    untilMs: startMs,
    bytes: await findUsedBytes(db),
  })
  await using logs = createLogsService({ store, clock, log: silentLog })
  logs.sink.open(scope, 'a', 's').write(startMs, kilobyte)
  await logs.flush()
  assert.equal(
    await findUsedBytes(db),
    3 * (oldChunk.encoded_bytes + chunkOverheadBytes) + chunkBytes,
  )
})

const oldChunk = {
  stream_id: '0123456789abcdef',
  group_id: 'fedcba9876543210',
  first_ms: startMs,
  last_ms: startMs,
  ingestion_ms: startMs,
  encoded_bytes: 15,
  encoded: new Uint8Array(15),
}
