/**
 * The front door of CloudWatch Logs: the sink that functions' log lines go into and what keeps them within bounds,
 * which every start needs; the operations, which are loaded when somebody first asks for one.
 */
import type { Clock } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import { Metrics } from '../../kernel/metrics.ts'
import { type LateService, lateService } from '../../kernel/operation.ts'
import type { LogSink } from '../../kernel/ports.ts'
import type { Migration, Store } from '../../store/store.ts'
import type { LogsDeps } from './deps.ts'
import { Expirer } from './events/expirer.ts'
import { DurableSink } from './events/sink.ts'
import { Sweeper } from './events/sweeper.ts'
import { chunkMigrations } from './events/tables.ts'
import { Trimmer } from './events/trimmer.ts'
import { LiveTails } from './live-tail/live-tails.ts'
import { groupMigrations } from './tables.ts'

export const migrations: readonly Migration[] = [...groupMigrations, ...chunkMigrations]

export interface LogsOptions {
  /** Opened with this service's `migrations`. */
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  /** What log events may use on disk; `Infinity` for no bound. Left out, nobody looks how much it is. */
  readonly storageBytesMax?: number
  /** Where it declares what it counts; left out, nobody can see it. */
  readonly metrics?: Metrics
}

export interface LogsService extends LateService, AsyncDisposable {
  readonly sink: LogSink
  /** Resolves when every line written before is stored, or the store has refused to. Never rejects. */
  flush(): Promise<void>
  /** Ends all Live Tail sessions, which would last for hours: before a drain waits for what is under way. */
  endLiveTails(): void
}

/** Disposing stores what waits in memory: after the functions have ended, before the store closes. */
export function createLogsService(options: LogsOptions): LogsService {
  const { store, clock, log, metrics = new Metrics() } = options
  const lost = metrics.counter(
    'lambdad_log_lost_records_total',
    'Log lines dropped because too many waited to be stored.',
  )
  const tails = new LiveTails()
  const sink = new DurableSink({ store, clock, log, lost, tails })
  const waiting = 'Memory of log lines that wait to be stored.'
  metrics.gauge('lambdad_log_buffered_bytes', waiting, () => sink.bufferedBytes)
  const sweeper = new Sweeper(store, log)
  const trimmer = startTrimmer(options, metrics)
  const expirer = new Expirer({ store, clock, log })
  const deps: LogsDeps = {
    store,
    clock,
    log,
    flush: () => sink.flush(),
    tails,
    sweep: () => void sweeper.sweep(),
  }
  // What an earlier process had deleted and not removed yet.
  void sweeper.sweep()
  return {
    ...lateService('logs', async () => (await import('./service.ts')).createLogsOperations(deps)),
    sink,
    flush: () => sink.flush(),
    endLiveTails: () => tails.endAll(),
    async [Symbol.asyncDispose]() {
      tails.endAll()
      await sink[Symbol.asyncDispose]()
      await sweeper[Symbol.asyncDispose]()
      await expirer[Symbol.asyncDispose]()
      await trimmer?.[Symbol.asyncDispose]()
    },
  }
}

function startTrimmer(options: LogsOptions, metrics: Metrics): Trimmer | undefined {
  const { storageBytesMax: bytesMax, store, clock, log } = options
  if (bytesMax === undefined) return undefined
  const deleted = metrics.counter(
    'lambdad_log_deleted_bytes_total',
    'Bytes of stored log events deleted because of --log-storage.',
  )
  const trimmer = new Trimmer({ store, clock, log, bytesMax, deleted })
  const stored = 'Bytes on disk that log events use, roughly, as of some seconds ago.'
  metrics.gauge('lambdad_log_stored_bytes', stored, () => trimmer.usedBytes)
  return trimmer
}
