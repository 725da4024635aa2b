/** For this service's tests: a clock that stands still, and the service over a real SQLite store. */
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
import { type LogsService, createLogsService, migrations } from './index.ts'

/** 2026-11-21T10:00:00Z. */
export const startMs = 1_795_255_200_000

/** Moves only when told to. */
export class FakeClock implements Clock {
  #nowMs = startMs
  #timers: { readonly atMs: number; readonly callback: () => void }[] = []

  nowMs(): number {
    return this.#nowMs
  }
  monotonicMs(): number {
    return this.#nowMs - startMs
  }
  after(delayMs: number, callback: () => void): Timer {
    const timer = { atMs: this.#nowMs + delayMs, callback }
    this.#timers.push(timer)
    return { cancel: () => (this.#timers = this.#timers.filter((other) => other !== timer)) }
  }
  /** How long until each timer that waits. */
  get waitingMs(): number[] {
    return this.#timers.map((timer) => timer.atMs - this.#nowMs)
  }
  advance(ms: number): void {
    this.#nowMs += ms
    const due = this.#timers.filter((timer) => timer.atMs <= this.#nowMs)
    this.#timers = this.#timers.filter((timer) => timer.atMs > this.#nowMs)
    for (const timer of due) timer.callback()
  }
}

export const scope = scopeOf('123456789012', 'eu-west-1')

const context: CallContext = {
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

export async function openTestLogs(log: Log = silentLog): Promise<TestLogs> {
  await using stack = new AsyncDisposableStack()
  const directory = stack.use(await temporaryDirectory())
  const store = stack.use(await openTestStore(directory.path))
  const clock = new FakeClock()
  const service = stack.use(createLogsService({ store, clock, log }))
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
    const run = service.operations[operation]
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
