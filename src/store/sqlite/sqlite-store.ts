/**
 * The Store on SQLite, embedded: one file, one thread that writes, some that read.
 *
 * What it is not: it takes no lock against a second server on the same file (data-directory.ts does).
 * Invariant: see the port, ../store.ts. Opened by app. Read next: write-queue.ts, then writer-thread.ts.
 */
import type { CompiledQuery, Kysely } from 'kysely'

import type { Clock } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import { migrate } from '../migrate.ts'
import type { Migration, Store } from '../store.ts'
import { migrationMsMax, transactionMsMax } from './limits.ts'
import { toStatement } from './protocol.ts'
import type { CommitFault } from './protocol.ts'
import { ReaderPool } from './reader-pool.ts'
import { startDatabaseThreads } from './threads.ts'
import type { DatabaseThreads } from './threads.ts'
import { WriteQueue } from './write-queue.ts'

export interface SqliteStoreOptions {
  /** Made when it is not there; `-wal` and `-shm` files stand beside it while it is open. */
  readonly file: string
  readonly migrations: readonly Migration[]
  readonly clock: Clock
  readonly log: Log
  /** Started before for this very file; the store owns them from here on. Its own when left out. */
  readonly threads?: DatabaseThreads
  /** Test only. */
  readonly fault?: CommitFault
}

/**
 * Opens the database and brings its schema up to date.
 * @throws StoreError when it is no database, or from a newer lambdad, or a migration fails; StoreFullError.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { file, migrations, clock, log, fault } = options
  await using stack = new AsyncDisposableStack()
  // All threads at once: starting one takes longer than everything else here.
  const threads = options.threads ?? startDatabaseThreads(file, fault)
  const { writer } = threads
  stack.defer(() => writer.close())
  const pool = new ReaderPool(threads.reader, threads.startReader)
  // Closed before the writer: the last connection is the one that can cut the write-ahead log to nothing.
  stack.defer(() => pool.close())
  // The writer first: it makes the file and turns on write-ahead logging, which a reader could not.
  await writer.open()
  await pool.open()
  const queue = new WriteQueue(writer, clock)
  stack.defer(() => queue.drain())
  const run = <Result>(label: string, body: (db: Kysely<unknown>) => Promise<Result>) =>
    queue.transaction(label, migrationMsMax, body)
  await migrate(migrations, run, clock, log)
  return new SqliteStore(queue, pool, stack.move())
}

class SqliteStore implements Store {
  readonly #queue: WriteQueue
  readonly #readers: ReaderPool
  readonly #owned: AsyncDisposableStack
  #closing: Promise<void> | undefined

  constructor(queue: WriteQueue, readers: ReaderPool, owned: AsyncDisposableStack) {
    this.#queue = queue
    this.#readers = readers
    this.#owned = owned
  }

  reader<Tables>(): Kysely<Tables> {
    return this.#readers.kysely<Tables>()
  }

  transaction<Tables, Result>(
    label: string,
    body: (transaction: Kysely<Tables>) => Promise<Result>,
  ): Promise<Result> {
    return this.#queue.transaction(label, transactionMsMax, (db) => body(db as Kysely<Tables>))
  }

  async write(label: string, statements: readonly CompiledQuery[]): Promise<void> {
    if (statements.length > 0) await this.#queue.write(label, statements.map(toStatement))
  }

  /** Finishes what was accepted before, moves the write-ahead log into the file, ends the threads. */
  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#owned.disposeAsync()
    return this.#closing
  }
}
