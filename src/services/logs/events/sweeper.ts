/**
 * Removes the events of deleted streams, in the background and a few at a time: in one go, a group of some
 * gigabytes would keep every other writer waiting for seconds. What a restart interrupts, the next start goes
 * on with.
 */
import type { Log } from '../../../kernel/log.ts'
import { type Store, StoreError } from '../../../store/store.ts'
import { chunksPerSweep } from '../limits.ts'
import { type EventTables, sweepChunks } from './tables.ts'

export class Sweeper implements AsyncDisposable {
  readonly #store: Store
  readonly #log: Log
  #running: Promise<void> | undefined
  /** Asked for while running: what was deleted meanwhile may have been missed. */
  #again = false
  #closed = false

  constructor(store: Store, log: Log) {
    this.#store = store
    this.#log = log
  }

  /** Resolves when nothing is left, or when it gave up until the next call. Never rejects. */
  sweep(): Promise<void> {
    this.#again = true
    this.#running ??= this.#run()
    return this.#running
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    await this.#running
  }

  async #run(): Promise<void> {
    try {
      while (this.#again && !this.#closed) {
        this.#again = false
        while (!this.#closed && (await this.#sweepOnce()));
      }
    } catch (error) {
      const isClosed = error instanceof StoreError && error.reason === 'closed'
      if (!isClosed) this.#log.warn({ error }, 'deleted log events stay on disk for now')
    } finally {
      this.#running = undefined
    }
  }

  #sweepOnce(): Promise<boolean> {
    return this.#store.transaction<EventTables, boolean>('LOGS:SWEEP', (db) =>
      sweepChunks(db, chunksPerSweep),
    )
  }
}
