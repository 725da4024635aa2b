import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CompiledQuery, Kysely } from 'kysely'
import { type Log, silentLog } from '../../../kernel/log.ts'
import { type Store, StoreFullError } from '../../../store/store.ts'
import { createLogsService } from '../index.ts'
import { flushBytesMax, flushEarlyBytes, flushIntervalMs, flushRetryMs } from '../limits.ts'
import {
  FakeClock,
  type LoggedEvent,
  callerOf,
  messagesOf,
  openTestLogs,
  openTestStore,
  scope,
  startMs,
  temporaryDirectory,
} from '../test-support.ts'
import { DurableSink } from './sink.ts'

const group = '/aws/lambda/f'

/** The store with a switch that makes it full, and the labels of what was written to it. */
class FullableStore implements Store {
  isFull = false
  readonly written: string[] = []
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }
  reader<Tables>(): Kysely<Tables> {
    return this.#store.reader<Tables>()
  }
  async transaction<Tables, Result>(
    label: string,
    body: (transaction: Kysely<Tables>) => Promise<Result>,
  ): Promise<Result> {
    this.#check(label)
    return await this.#store.transaction(label, body)
  }
  async write(label: string, statements: readonly CompiledQuery[]): Promise<void> {
    this.#check(label)
    await this.#store.write(label, statements)
  }
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#store[Symbol.asyncDispose]()
  }
  #check(label: string): void {
    if (this.isFull) throw new StoreFullError(`${label}: no room on the disk`)
    if (label !== 'LOGS:SWEEP') this.written.push(label)
  }
}

/** A log that remembers its lines with the field `lines`. */
class RememberingLog {
  readonly lines: string[] = []
  readonly log: Log = {
    ...silentLog,
    info: (_, message) => void this.lines.push(`info: ${message}`),
    warn: (fields, message) => void this.lines.push(`warn: ${message}${count(fields)}`),
    error: (fields, message) => void this.lines.push(`error: ${message}${count(fields)}`),
  }
}

function count(fields: object): string {
  return 'lines' in fields ? ` ${String(fields.lines)}` : ''
}

async function openSink(options: { readonly bytesMax?: number } = {}) {
  const directory = await temporaryDirectory()
  const store = new FullableStore(await openTestStore(directory.path))
  const clock = new FakeClock()
  const remembering = new RememberingLog()
  const sink = new DurableSink({ store, clock, log: remembering.log, ...options })
  const logs = createLogsService({ store, clock, log: silentLog })
  const messages = async (stream: string): Promise<string[]> => {
    const input = { logGroupName: group, logStreamName: stream, startFromHead: true }
    return messagesOf(await callerOf(logs)<{ events: LoggedEvent[] }>('GetLogEvents', input))
  }
  return {
    store,
    clock,
    sink,
    logLines: remembering.lines,
    messages,
    async [Symbol.asyncDispose]() {
      await logs[Symbol.asyncDispose]()
      await store[Symbol.asyncDispose]()
      await directory[Symbol.asyncDispose]()
    },
  }
}

test('one timer for all that is written, one write to the store for all streams', async () => {
  await using opened = await openSink()
  const { sink, clock, store } = opened
  const a = sink.open(scope, group, 'a')
  const b = sink.open(scope, group, 'b')
  assert.deepEqual(clock.waitingMs, [])
  for (let index = 0; index < 100; index += 1) {
    a.write(startMs, `a${index}`)
    b.write(startMs, `b${index}`)
  }
  assert.deepEqual(clock.waitingMs, [flushIntervalMs])
  clock.advance(flushIntervalMs)
  await sink.flush()
  assert.deepEqual(store.written, ['LOGS:OPEN_STREAMS', 'LOGS:APPEND'])
  assert.deepEqual(clock.waitingMs, [])
  a.write(startMs, 'again')
  await sink.flush()
  assert.deepEqual(store.written.slice(2), ['LOGS:APPEND'])
  assert.equal((await opened.messages('a')).length, 101)
  assert.equal((await opened.messages('b')).length, 100)
})

test('much text does not wait for its time, and is written in parts', async () => {
  await using opened = await openSink()
  const { sink, clock, store } = opened
  const writer = sink.open(scope, group, 'a')
  const line = 'x'.repeat(1000)
  for (let chars = 0; chars < 3 * flushBytesMax; chars += line.length) writer.write(startMs, line)
  assert.ok(flushEarlyBytes < 3 * flushBytesMax)
  assert.deepEqual(clock.waitingMs, [0])
  await sink.flush()
  assert.ok(store.written.filter((label) => label === 'LOGS:APPEND').length >= 3)
})

test('what is written while a flush runs is seen by who flushes then', async () => {
  await using opened = await openSink()
  const { sink } = opened
  const writer = sink.open(scope, group, 'a')
  writer.write(startMs, 'first')
  const running = sink.flush()
  writer.write(startMs, 'second')
  await sink.flush()
  await running
  assert.deepEqual(await opened.messages('a'), ['first', 'second'])
})

test('a store that is full: lines wait in order, one warning, and they arrive when it has room', async () => {
  await using opened = await openSink()
  const { sink, clock, store } = opened
  const writer = sink.open(scope, group, 'a')
  writer.write(startMs, 'before')
  await sink.flush()
  store.isFull = true
  for (const message of ['1', '2', '3']) {
    writer.write(startMs, message)
    await sink.flush()
  }
  sink.open(scope, group, 'b').write(startMs, 'of a new stream')
  await sink.flush()
  assert.deepEqual(clock.waitingMs, [flushRetryMs])
  assert.deepEqual(await opened.messages('a'), ['before'])
  store.isFull = false
  await sink.flush()
  assert.deepEqual(await opened.messages('a'), ['before', '1', '2', '3'])
  assert.deepEqual(await opened.messages('b'), ['of a new stream'])
  assert.deepEqual(opened.logLines, [
    'warn: log lines cannot be stored and wait in memory; further ones are dropped when it is full',
    'info: log lines can be stored again',
  ])
})

test('beyond the bound the newest lines are dropped, counted, and told when there is room', async () => {
  await using opened = await openSink({ bytesMax: 10_000 })
  const { sink, store } = opened
  const a = sink.open(scope, group, 'a')
  const b = sink.open(scope, group, 'b')
  store.isFull = true
  for (let index = 0; index < 1000; index += 1) a.write(startMs + index, `a${index}`)
  b.write(startMs, 'b')
  await sink.flush()
  store.isFull = false
  await sink.flush()
  await sink.flush()
  const kept = (await opened.messages('a')).filter((message) => message.startsWith('a'))
  assert.ok(kept.length > 100 && kept.length < 150, 'a line costs its characters and 64 bytes')
  assert.deepEqual(
    kept,
    kept.map((_, index) => `a${index}`),
  )
  const lost = 1000 - kept.length
  const told = (of: number) =>
    `lambdad: ${of} log line(s) of this stream were dropped: too many waited to be stored`
  assert.ok((await opened.messages('a')).includes(told(lost)))
  assert.deepEqual(await opened.messages('b'), [told(1)])
  assert.deepEqual(opened.logLines.slice(1), [
    'info: log lines can be stored again',
    `warn: log lines were dropped: too many waited to be stored ${lost + 1}`,
  ])
  a.write(startMs + 2000, 'goes on')
  await sink.flush()
  assert.equal((await opened.messages('a')).at(-1), 'goes on')
})

test('a stream deleted under its writer comes back with what is written next', async () => {
  await using opened = await openTestLogs()
  const stream = { logGroupName: group, logStreamName: 'a' }
  const writer = opened.service.sink.open(scope, group, 'a')
  writer.write(startMs, 'before')
  await opened.call('DeleteLogStream', stream)
  writer.write(startMs, 'after')
  const page = await opened.call<{ events: LoggedEvent[] }>('GetLogEvents', stream)
  assert.deepEqual(messagesOf(page), ['after'])
})

test('a line whose time is none is stored all the same', async () => {
  await using opened = await openSink()
  const { sink } = opened
  const writer = sink.open(scope, group, 'a')
  for (const time of [NaN, Infinity, -1, startMs + 0.5]) writer.write(time, String(time))
  await sink.flush()
  assert.deepEqual(await opened.messages('a'), ['NaN', 'Infinity', '-1', String(startMs + 0.5)])
})

test('disposal stores what waits; what a full store leaves behind is told', async () => {
  await using opened = await openSink()
  const { sink, store } = opened
  const writer = sink.open(scope, group, 'a')
  writer.write(startMs, 'stored')
  await sink.flush()
  writer.write(startMs, 'also stored')
  await sink[Symbol.asyncDispose]()
  assert.deepEqual(await opened.messages('a'), ['stored', 'also stored'])
  const full = new RememberingLog()
  const second = new DurableSink({ store, clock: opened.clock, log: full.log })
  second.open(scope, group, 'a').write(startMs, 'lost')
  store.isFull = true
  await second[Symbol.asyncDispose]()
  assert.equal(
    full.lines.at(-1),
    'error: log lines are lost: the store did not take them before the end 1',
  )
  assert.deepEqual(opened.clock.waitingMs, [])
})

test('a restart keeps everything that was flushed, and goes on counting', async () => {
  await using directory = await temporaryDirectory()
  const clock = new FakeClock()
  for (const run of ['first', 'second']) {
    await using store = await openTestStore(directory.path)
    await using logs = createLogsService({ store, clock, log: silentLog })
    logs.sink.open(scope, group, 'a').write(startMs, `${run} run`)
    await logs.flush()
  }
  await using store = await openTestStore(directory.path)
  await using logs = createLogsService({ store, clock, log: silentLog })
  const page = await callerOf(logs)<{ events: LoggedEvent[] }>('FilterLogEvents', {
    logGroupName: group,
  })
  assert.deepEqual(messagesOf(page), ['first run', 'second run'])
  assert.equal(new Set(page.events.map((event) => event.eventId)).size, 2)
})
