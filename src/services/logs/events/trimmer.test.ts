import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'node:test'
import { type Log, silentLog } from '../../../kernel/log.ts'
import { Counter, Metrics } from '../../../kernel/metrics.ts'
import { type Store, StoreFullError } from '../../../store/store.ts'
import { trimIntervalMs } from '../limits.ts'
import {
  FakeClock,
  type LoggedEvent,
  chunkBytes,
  fill,
  holdAgainstChunks,
  kilobyte,
  messagesOf,
  openTestLogs,
  openTestStore,
  startMs,
  storedBytes,
  streamsOf,
  temporaryDirectory,
} from '../test-support.ts'
import { Trimmer } from './trimmer.ts'

/** A log whose warnings can be waited for. */
class RememberingLog {
  readonly warnings: [Record<string, unknown>, string][] = []
  #warned = Promise.withResolvers<void>()
  readonly log: Log = {
    ...silentLog,
    warn: (fields, message) => {
      this.warnings.push([fields as Record<string, unknown>, message])
      this.#warned.resolve()
      this.#warned = Promise.withResolvers()
    },
  }
  get warned(): Promise<void> {
    return this.#warned.promise
  }
}

test('beyond the bound the oldest events of all groups go, to nine tenths, and a warning says so', async () => {
  const remembering = new RememberingLog()
  const metrics = new Metrics()
  const bytesMax = 10 * chunkBytes
  await using logs = await openTestLogs(remembering.log, { storageBytesMax: bytesMax, metrics })
  const metric = (wanted: string) =>
    [...metrics.families].find(({ name }) => name === `lambdad_log_${wanted}`)?.read()
  await fill(logs, 'a', ['old', 'mixed', 'old'])
  await fill(logs, 'b', ['mixed', 'mixed'])
  await fill(logs, 'a', ['mixed', 'new', 'new'])
  await fill(logs, 'b', ['mixed', 'mixed'])
  logs.clock.advance(trimIntervalMs)
  while ([...(metric('stored_bytes') ?? [])][0]?.[1] !== bytesMax) await turn()
  assert.deepEqual(remembering.warnings, [])

  await fill(logs, 'b', ['new', 'new'])
  const { warned } = remembering
  logs.clock.advance(trimIntervalMs)
  await warned
  const deletedBytes = 3 * chunkBytes
  const until = new Date(startMs + 2).toISOString()
  const words = 'logs have outgrown --log-storage: the oldest events were deleted'
  assert.deepEqual(remembering.warnings, [[{ deletedBytes, bytesMax, until }, words]])
  assert.deepEqual([...(metric('stored_bytes') ?? [])], [['', 9 * chunkBytes]])
  assert.deepEqual([...(metric('deleted_bytes_total') ?? [])], [['', deletedBytes]])

  const lateMs = startMs + 10 + trimIntervalMs
  assert.deepEqual(await streamsOf(logs, 'a'), [
    ['mixed', startMs + 5, startMs + 5],
    ['new', startMs + 6, startMs + 7],
  ])
  assert.deepEqual(await streamsOf(logs, 'b'), [
    ['mixed', startMs + 3, startMs + 9],
    ['new', lateMs, lateMs + 1],
  ])
  const eventBytes = kilobyte.length + 26
  assert.deepEqual(await storedBytes(logs), [3 * eventBytes, 6 * eventBytes])
  const inA = { logGroupName: 'a', logStreamName: 'mixed', startFromHead: true }
  assert.deepEqual(messagesOf(await logs.call('GetLogEvents', inA)), [kilobyte])
  const found = await logs.call<{ events: LoggedEvent[] }>('FilterLogEvents', { logGroupName: 'b' })
  assert.equal(found.events.length, 6)
  await assert.rejects(logs.call('GetLogEvents', { ...inA, logStreamName: 'old' }), {
    code: 'ResourceNotFoundException',
  })
  await holdAgainstChunks(logs.store)
})

test('it looks again and again, once at a time, and no more when it has ended', async () => {
  await using logs = await openTestLogs(silentLog, { storageBytesMax: 3 * chunkBytes })
  const { clock, service } = logs
  for (let round = 0; round < 3; round += 1) {
    await fill(logs, 'a', ['a', 'b', 'c', 'd'])
    assert.deepEqual(clock.waitingMs, [trimIntervalMs - 4])
    clock.advance(trimIntervalMs)
    while (clock.waitingMs.length === 0) await turn()
    assert.ok((await streamsOf(logs, 'a')).length < 4)
  }
  await service[Symbol.asyncDispose]()
  assert.deepEqual(clock.waitingMs, [])
})

test('without a bound it only looks; without a word about it, it does not even that', async () => {
  const metrics = new Metrics()
  await using logs = await openTestLogs(silentLog, { storageBytesMax: Infinity, metrics })
  await fill(logs, 'a', ['a', 'b'])
  logs.clock.advance(trimIntervalMs)
  while (logs.clock.waitingMs.length === 0) await turn()
  const stored = [...metrics.families].find(({ name }) => name === 'lambdad_log_stored_bytes')
  assert.deepEqual([...(stored?.read() ?? [])], [['', 2 * chunkBytes]])
  assert.equal((await streamsOf(logs, 'a')).length, 2)
  await using others = await openTestLogs()
  assert.deepEqual(others.clock.waitingMs, [])
})

test('a store that refuses is told, and tried again at the next look', async () => {
  const remembering = new RememberingLog()
  await using logs = await openTestLogs()
  await fill(logs, 'a', ['a', 'b'])
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
  const { clock } = logs
  const options = { store, clock, log: remembering.log, bytesMax: chunkBytes }
  await using trimmer = new Trimmer({ ...options, deleted: new Counter() })
  await trimmer.trim()
  const told = () => remembering.warnings.map(([, words]) => words)
  assert.deepEqual(told(), ['logs cannot be kept within --log-storage for now'])
  isFull = false
  await trimmer.trim()
  assert.equal(told()[1], 'logs have outgrown --log-storage: the oldest events were deleted')
  assert.deepEqual(await streamsOf(logs, 'a'), [])
})

test('a store that is closed ends it quietly', async () => {
  await using directory = await temporaryDirectory()
  const store = await openTestStore(directory.path)
  const remembering = new RememberingLog()
  const options = { store, clock: new FakeClock(), log: remembering.log, bytesMax: 0 }
  await using trimmer = new Trimmer({ ...options, deleted: new Counter() })
  await store[Symbol.asyncDispose]()
  await trimmer.trim()
  assert.deepEqual(remembering.warnings, [])
})
