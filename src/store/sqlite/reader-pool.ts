/** Committed state, read on threads of its own: a slow query holds up one of them, never a writer. */
import type { Kysely } from 'kysely'

import { StoreBusyError } from '../store.ts'
import type { DatabaseThread } from './database-thread.ts'
import { kyselyOver } from './dialect.ts'
import { readsWaitingMax } from './limits.ts'
import type { QueryReply, ReaderRequest, Statement } from './protocol.ts'

export class ReaderPool {
  readonly #threads: readonly DatabaseThread<ReaderRequest>[]
  readonly #kysely: Kysely<unknown>

  /** Takes the threads over. They need `open` before anything else, and `close` in any case. */
  constructor(threads: readonly DatabaseThread<ReaderRequest>[]) {
    this.#threads = threads
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
    return await idlest.query({ kind: 'query', statement }, 'reading')
  }
}
