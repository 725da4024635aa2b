/**
 * Committed state, read on threads of its own: a slow query holds up one of them, never a writer.
 * The first is there from the start; another is started when a read has to wait for one.
 */
import type { Kysely } from 'kysely'

import { StoreBusyError } from '../store.ts'
import type { DatabaseThread } from './database-thread.ts'
import { kyselyOver } from './dialect.ts'
import { readersMax, readsWaitingMax } from './limits.ts'
import type { QueryReply, ReaderRequest, Statement } from './protocol.ts'

export class ReaderPool {
  readonly #threads: DatabaseThread<ReaderRequest>[]
  readonly #startAnother: () => DatabaseThread<ReaderRequest>
  /** Started, and not open yet. */
  #another: Promise<void> | undefined
  #closing = false
  readonly #kysely: Kysely<unknown>

  /** Takes the thread over. It needs `open` before anything else, and `close` in any case. */
  constructor(
    first: DatabaseThread<ReaderRequest>,
    startAnother: () => DatabaseThread<ReaderRequest>,
  ) {
    this.#threads = [first]
    this.#startAnother = startAnother
    this.#kysely = kyselyOver((statement) => this.#run(statement))
  }

  /** The database must be there. */
  async open(): Promise<void> {
    await Promise.all(this.#threads.map((thread) => thread.open()))
  }

  kysely<Tables>(): Kysely<Tables> {
    return this.#kysely as Kysely<Tables>
  }

  /** Every query asked before is answered. */
  async close(): Promise<void> {
    this.#closing = true
    await this.#another
    await Promise.all(this.#threads.map((thread) => thread.close()))
  }

  async #run(statement: Statement): Promise<QueryReply> {
    let waiting = 0
    let idlest = this.#threads[0]
    for (const thread of this.#threads) {
      waiting += thread.outstanding
      if (idlest === undefined || thread.outstanding < idlest.outstanding) idlest = thread
    }
    if (idlest === undefined || waiting >= readsWaitingMax) {
      throw new StoreBusyError(`${waiting} reads wait for the database already`)
    }
    if (idlest.outstanding > 0) this.#add()
    return await idlest.query({ kind: 'query', statement }, 'reading')
  }

  /** It takes a while to boot: whoever waits now does not wait for it. */
  #add(): void {
    if (this.#another || this.#closing || this.#threads.length >= readersMax) return
    const thread = this.#startAnother()
    this.#another = thread.open().then(
      () => {
        this.#threads.push(thread)
        this.#another = undefined
      },
      // Those there are go on without it, and it is tried again.
      async () => {
        await thread.close().catch(() => undefined)
        this.#another = undefined
      },
    )
  }
}
