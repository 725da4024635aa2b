import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'node:test'
import { silentLog } from '../../../kernel/log.ts'
import { type Store, StoreFullError } from '../../../store/store.ts'
import { chunksPerTrim, expireIntervalMs } from '../limits.ts'
import {
  FakeClock,
  type TestLogs,
  holdAgainstChunks,
  openTestLogs,
  openTestStore,
  scope,
  startMs,
  storedBytes,
  streamsOf,
  temporaryDirectory,
} from '../test-support.ts'
import { Expirer } from './expirer.ts'
import type { EventTables } from './tables.ts'

const dayMs = 24 * 3_600_000
const minuteMs = 60_000

async function write(logs: TestLogs, group: string, stream: string, ms: number): Promise<void> {
  logs.service.sink.open(scope, group, stream).write(ms, 'hello')
  await logs.service.flush()
}

async function chunkTimes(store: Store): Promise<number[]> {
  const db = store.reader<EventTables>()
  const rows = await db.selectFrom('logs_chunks').select('last_ms').orderBy('last_ms').execute()
  return rows.map((row) => row.last_ms - startMs)
}

test('what has expired leaves the disk, of groups that have a retention', async () => {
  await using logs = await openTestLogs()
  for (const group of ['a', 'b']) {
    await write(logs, group, 'old', startMs - 2 * dayMs)
    await write(logs, group, 'mixed', startMs - dayMs - 1)
    await write(logs, group, 'mixed', startMs - dayMs)
  }
  const { store, clock } = logs
  await using expirer = new Expirer({ store, clock, log: silentLog })
  await expirer.expire()
  assert.equal((await chunkTimes(store)).length, 6)
  await logs.call('PutRetentionPolicy', { logGroupName: 'a', retentionInDays: 1 })
  await expirer.expire()
  assert.deepEqual(await streamsOf(logs, 'a'), [['mixed', startMs - dayMs, startMs - dayMs]])
  assert.equal((await streamsOf(logs, 'b')).length, 2)
  assert.deepEqual(await storedBytes(logs), [31, 93])
  await holdAgainstChunks(store)
})

test('a chunk goes when the last of its events has expired', async () => {
  await using logs = await openTestLogs()
  const writer = logs.service.sink.open(scope, 'a', 's')
  writer.write(startMs, 'first')
  writer.write(startMs + minuteMs, 'last')
  await logs.service.flush()
  await logs.call('PutRetentionPolicy', { logGroupName: 'a', retentionInDays: 1 })
  const { store, clock } = logs
  await using expirer = new Expirer({ store, clock, log: silentLog })
  clock.advance(dayMs + minuteMs)
  await expirer.expire()
  assert.deepEqual(await chunkTimes(store), [minuteMs])
  clock.advance(1)
  await expirer.expire()
  assert.deepEqual(await chunkTimes(store), [])
})

test('many go in small batches, and the service does it by itself, again and again', async () => {
  await using logs = await openTestLogs()
  const count = 2 * chunksPerTrim + 3
  for (let index = 0; index < count; index += 1) {
    await write(logs, 'a', 's', startMs - dayMs + index * 20 * minuteMs)
  }
  await logs.call('PutRetentionPolicy', { logGroupName: 'a', retentionInDays: 1 })
  const left = async (): Promise<number> => (await chunkTimes(logs.store)).length
  logs.clock.advance(expireIntervalMs)
  while ((await left()) === count) await turn()
  assert.equal(await left(), count - 1)
  logs.clock.advance(dayMs + count * 20 * minuteMs)
  // Not every turn of the clock comes when its timer waits again.
  for (; (await left()) > 0; await turn()) logs.clock.advance(expireIntervalMs)
  await holdAgainstChunks(logs.store)
})

test('a store that refuses is told, and tried again', async () => {
  await using logs = await openTestLogs()
  await write(logs, 'a', 's', startMs - 2 * dayMs)
  await logs.call('PutRetentionPolicy', { logGroupName: 'a', retentionInDays: 1 })
  const warnings: string[] = []
  const log = { ...silentLog, warn: (_: object, message: string) => void warnings.push(message) }
  let isFull = true
  const store: Store = {
    ...logs.store,
    reader: () => logs.store.reader(),
    transaction: (label, body) => logs.store.transaction(label, body),
    write: (label, statements) =>
      isFull
        ? Promise.reject(new StoreFullError('no room on the disk'))
        : logs.store.write(label, statements),
  }
  await using expirer = new Expirer({ store, clock: logs.clock, log })
  await expirer.expire()
  assert.deepEqual(warnings, ['expired log events could not be deleted; they are tried again'])
  isFull = false
  await expirer.expire()
  assert.deepEqual(await chunkTimes(logs.store), [])
})

test('a store that is closed ends it quietly', async () => {
  await using directory = await temporaryDirectory()
  const store = await openTestStore(directory.path)
  const warnings: string[] = []
  const log = { ...silentLog, warn: (_: object, message: string) => void warnings.push(message) }
  await using expirer = new Expirer({ store, clock: new FakeClock(), log })
  await store[Symbol.asyncDispose]()
  await expirer.expire()
  assert.deepEqual(warnings, [])
})
