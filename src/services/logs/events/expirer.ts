/**
 * Takes events off the disk that are older than their log group keeps them: in the background, a few chunks at a time,
 * so that those who write meanwhile hardly notice.
 *
 * What it is not: what makes events expire. Readers leave expired events out by themselves (`expiredBefore`), to the
 * millisecond; a chunk goes when the last of its events has expired, up to ten minutes later than its first.
 * Called by: index.ts. Read next: trim-tables.ts.
 */
import type { Scope } from '../../../kernel/brand.ts'
import type { Clock } from '../../../kernel/clock.ts'
import type { Log } from '../../../kernel/log.ts'
import { type Store, StoreError } from '../../../store/store.ts'
import { bytesPerTrim, chunksPerTrim, expireIntervalMs } from '../limits.ts'
import { expiredBefore } from '../state.ts'
import { findGroup, listExpiringGroups } from '../tables.ts'
import { Recurring } from './recurring.ts'
import type { EventDb, EventTables } from './tables.ts'
import { findExpired, removeExpired } from './trim-tables.ts'

export interface ExpirerOptions {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
}

export class Expirer implements AsyncDisposable {
  readonly #options: ExpirerOptions
  readonly #db: EventDb
  readonly #recurring: Recurring

  constructor(options: ExpirerOptions) {
    this.#options = options
    this.#db = options.store.reader<EventTables>()
    this.#recurring = new Recurring(options.clock, expireIntervalMs, () => this.#expireAll())
  }

  /** Resolves when nothing expired is left, or when it gave up until the next time. Never rejects. */
  expire(): Promise<void> {
    return this.#recurring.run()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#recurring[Symbol.asyncDispose]()
  }

  async #expireAll(): Promise<void> {
    try {
      for (const { name, ...scope } of await listExpiringGroups(this.#db)) {
        while (!this.#recurring.isClosed && (await this.#expireSome(scope, name)));
      }
    } catch (error) {
      const isClosed = error instanceof StoreError && error.reason === 'closed'
      if (!isClosed)
        this.#options.log.warn(
          { error },
          'expired log events could not be deleted; they are tried again',
        )
    }
  }

  /** @returns whether there may be more. */
  async #expireSome(scope: Scope, name: string): Promise<boolean> {
    const { store, clock } = this.#options
    // Each time anew: it may have got a longer retention, or be another of the same name.
    const group = await findGroup(this.#db, scope, name)
    if (!group) return false
    const expiredMs = expiredBefore(group, clock.nowMs())
    const batch = await findExpired(this.#db, group.id, expiredMs, chunksPerTrim, bytesPerTrim)
    if (!batch) return false
    await store.write('LOGS:EXPIRE', removeExpired(this.#db, group.id, batch.untilMs))
    return true
  }
}
