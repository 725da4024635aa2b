/**
 * Keeps what all logs use on disk within a bound, by deleting the oldest events of all groups: in the background, in
 * batches so small that those who write meanwhile hardly notice.
 *
 * What it is not: it does not make the database's file smaller; SQLite uses the pages again that become free. Nor is it
 * exact: between two looks the logs may outgrow the bound by what comes in a few seconds.
 * Called by: index.ts, when there is a bound. Read next: trim-tables.ts.
 */
import type { Clock } from '../../../kernel/clock.ts'
import type { Log } from '../../../kernel/log.ts'
import type { Counter } from '../../../kernel/metrics.ts'
import { isoTime } from '../../../kernel/time.ts'
import { type Store, StoreError } from '../../../store/store.ts'
import { bytesPerTrim, chunksPerTrim, trimIntervalMs, trimTo } from '../limits.ts'
import { Recurring } from './recurring.ts'
import type { EventDb, EventTables } from './tables.ts'
import { findOldest, findUsedBytes, removeUpTo } from './trim-tables.ts'

export interface TrimmerOptions {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  /** What logs may use on disk; `Infinity`: only how much they use is found out. */
  readonly bytesMax: number
  /** Bytes that were deleted. */
  readonly deleted: Counter
}

export class Trimmer implements AsyncDisposable {
  readonly #options: TrimmerOptions
  readonly #db: EventDb
  readonly #recurring: Recurring
  #usedBytes = 0

  constructor(options: TrimmerOptions) {
    this.#options = options
    this.#db = options.store.reader<EventTables>()
    this.#recurring = new Recurring(options.clock, trimIntervalMs, () => this.#trim())
  }

  /** As of the last look. */
  get usedBytes(): number {
    return this.#usedBytes
  }

  /** Resolves when logs are within their bound, or when it gave up until the next look. Never rejects. */
  trim(): Promise<void> {
    return this.#recurring.run()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#recurring[Symbol.asyncDispose]()
  }

  async #trim(): Promise<void> {
    const { log, bytesMax } = this.#options
    try {
      this.#usedBytes = await findUsedBytes(this.#db)
      if (this.#usedBytes > bytesMax) await this.#deleteOldest(bytesMax)
    } catch (error) {
      const isClosed = error instanceof StoreError && error.reason === 'closed'
      if (!isClosed) log.warn({ error }, 'logs cannot be kept within --log-storage for now')
    }
  }

  async #deleteOldest(bytesMax: number): Promise<void> {
    const { store, log, deleted } = this.#options
    let deletedBytes = 0
    let untilMs = 0
    const target = bytesMax * trimTo
    while (this.#usedBytes > target && !this.#recurring.isClosed) {
      const excess = Math.min(bytesPerTrim, this.#usedBytes - target)
      const batch = await findOldest(this.#db, chunksPerTrim, excess)
      if (!batch) break
      await store.write('LOGS:TRIM', removeUpTo(this.#db, batch.untilMs))
      deletedBytes += batch.bytes
      untilMs = batch.untilMs
      this.#usedBytes = await findUsedBytes(this.#db)
    }
    deleted.value += deletedBytes
    log.warn(
      { deletedBytes, bytesMax, until: isoTime(untilMs) },
      'logs have outgrown --log-storage: the oldest events were deleted',
    )
  }
}
