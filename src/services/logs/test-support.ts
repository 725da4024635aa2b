/** For this service's tests: a clock that stands still, and the service over a real SQLite store. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { scopeOf } from '../../kernel/arn.ts'
import type { RequestId } from '../../kernel/brand.ts'
import { type Clock, type Timer, systemClock } from '../../kernel/clock.ts'
import { type Log, silentLog } from '../../kernel/log.ts'
import type { CallContext } from '../../kernel/operation.ts'
import { openSqliteStore } from '../../store/sqlite/sqlite-store.ts'
import type { Store } from '../../store/store.ts'
import type { EventTables } from './events/tables.ts'
import { type LogsOptions, type LogsService, createLogsService, migrations } from './index.ts'
import { chunkOverheadBytes, expireIntervalMs } from './limits.ts'

/** 2026-11-21T10:00:00Z. */
export const startMs = 1_795_255_200_000

/** Moves only when told to. */
export class FakeClock implements Clock {
  #nowMs = startMs
  #timers: { readonly atMs: number; readonly delayMs: number; readonly callback: () => void }[] = []

  nowMs(): number {
    return this.#nowMs
  }
  monotonicMs(): number {
    return this.#nowMs - startMs
  }
  after(delayMs: number, callback: () => void): Timer {
    const timer = { atMs: this.#nowMs + delayMs, delayMs, callback }
    this.#timers.push(timer)
    return { cancel: () => (this.#timers = this.#timers.filter((other) => other !== timer)) }
  }
  /** How long until each timer that waits, but for the one that every service has. */
  get waitingMs(): number[] {
    return this.#timers
      .filter(({ delayMs }) => delayMs !== expireIntervalMs)
      .map((timer) => timer.atMs - this.#nowMs)
  }
  advance(ms: number): void {
    this.#nowMs += ms
    const due = this.#timers.filter((timer) => timer.atMs <= this.#nowMs)
    this.#timers = this.#timers.filter((timer) => timer.atMs > this.#nowMs)
    for (const timer of due) timer.callback()
  }
}

export const scope = scopeOf('123456789012', 'eu-west-1')

export const context: CallContext = {
  ...scope,
  principal: {
    account: scope.account,
    arn: 'arn:aws:iam::123456789012:root',
    userId: scope.account,
    accessKeyId: '123456789012',
  },
  requestId: '00000000-0000-4000-8000-000000000000' as RequestId,
  endpoint: 'http://127.0.0.1:4566',
  headers: {},
}

/** A directory that is removed, and the stores opened in it. */
export async function temporaryDirectory(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp(join(tmpdir(), 'lambdad-logs-'))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

export function openTestStore(directory: string): Promise<Store> {
  const file = join(directory, 'lambdad.db')
  return openSqliteStore({ file, migrations, clock: systemClock, log: silentLog })
}

/** Runs an operation; who calls says what comes out. */
type Call = <Output = Record<string, unknown>>(operation: string, input: object) => Promise<Output>

export interface TestLogs extends AsyncDisposable {
  readonly clock: FakeClock
  readonly store: Store
  readonly service: LogsService
  readonly call: Call
}

export async function openTestLogs(
  log: Log = silentLog,
  more: Pick<LogsOptions, 'storageBytesMax' | 'metrics'> = {},
): Promise<TestLogs> {
  await using stack = new AsyncDisposableStack()
  const directory = stack.use(await temporaryDirectory())
  const store = stack.use(await openTestStore(directory.path))
  const clock = new FakeClock()
  const service = stack.use(createLogsService({ store, clock, log, ...more }))
  const owned = stack.move()
  return {
    clock,
    store,
    service,
    call: callerOf(service),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

export function callerOf(service: LogsService): Call {
  return async (operation, input) => {
    const run = (await service.load()).operations[operation]
    if (typeof run !== 'function') throw new TypeError(`${operation} is not served`)
    return (await run(input, context)) as never
  }
}

export interface LoggedEvent {
  readonly timestamp: number
  readonly message: string
  readonly ingestionTime: number
  readonly logStreamName?: string
  readonly eventId?: string
}

export function messagesOf(page: { readonly events: readonly LoggedEvent[] }): string[] {
  return page.events.map((event) => event.message)
}

export const kilobyte = 'x'.repeat(1024)
/** What a chunk of that one line is counted for. */
export const chunkBytes = 4 + 8 + kilobyte.length + chunkOverheadBytes

/** Stores a chunk of one line in each of these streams, each at a time of its own. */
export async function fill(
  logs: TestLogs,
  group: string,
  streams: readonly string[],
): Promise<void> {
  for (const stream of streams) {
    logs.service.sink.open(scope, group, stream).write(logs.clock.nowMs(), kilobyte)
    await logs.service.flush()
    logs.clock.advance(1)
  }
}

export async function streamsOf(logs: TestLogs, logGroupName: string) {
  const { logStreams } = await logs.call<{
    logStreams: {
      logStreamName: string
      firstEventTimestamp?: number
      lastEventTimestamp?: number
    }[]
  }>('DescribeLogStreams', { logGroupName })
  return logStreams.map(({ logStreamName, firstEventTimestamp, lastEventTimestamp }) => [
    logStreamName,
    firstEventTimestamp,
    lastEventTimestamp,
  ])
}

export async function storedBytes(logs: TestLogs): Promise<number[]> {
  const { logGroups } = await logs.call<{ logGroups: { storedBytes: number }[] }>(
    'DescribeLogGroups',
    {},
  )
  return logGroups.map((group) => group.storedBytes)
}

/** What the rows about streams, groups and usage say, and what they should: found out from the chunks. */
export async function holdAgainstChunks(store: Store): Promise<void> {
  // Alone among writers: sweeping may go on.
  await store.transaction<EventTables, void>('TEST:READ', async (db) => {
    const usage = await db.selectFrom('logs_usage').selectAll().execute()
    const chunks = await db.selectFrom('logs_chunks').selectAll().execute()
    const streams = await db.selectFrom('logs_streams').selectAll().execute()
    const groups = await db.selectFrom('logs_groups').selectAll().execute()
    compare(chunks, usage, streams, groups)
  })
}

function compare(
  chunks: readonly EventTables['logs_chunks'][],
  usage: readonly EventTables['logs_usage'][],
  streams: readonly EventTables['logs_streams'][],
  groups: readonly EventTables['logs_groups'][],
): void {
  const encoded = chunks.reduce((sum, chunk) => sum + chunk.encoded_bytes, 0)
  assert.deepEqual(usage, [{ chunks: chunks.length, bytes: encoded }])
  const byGroup = new Map(groups.map(({ id }) => [id, 0]))
  for (const stream of streams) {
    const own = chunks.filter((chunk) => chunk.stream_id === stream.id)
    const bytes = own.reduce((sum, chunk) => {
      const count = chunk.last_sequence - chunk.first_sequence + 1
      return sum + chunk.encoded_bytes - 4 - 8 * count + 26 * count
    }, 0)
    assert.equal(stream.stored_bytes, bytes)
    const least = own.length === 0 ? -1 : Math.min(...own.map((chunk) => chunk.first_ms))
    assert.equal(stream.first_event_ms, least)
    assert.equal(stream.last_event_ms, Math.max(-1, ...own.map((chunk) => chunk.last_ms)))
    byGroup.set(stream.group_id, (byGroup.get(stream.group_id) ?? 0) + bytes)
  }
  for (const group of groups) assert.equal(group.stored_bytes, byGroup.get(group.id))
}
