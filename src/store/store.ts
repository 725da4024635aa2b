/**
 * The Store port: SQL that survives kill -9, on SQLite (embedded) or PostgreSQL.
 *
 * Invariant: when `transaction` or `write` resolves, the change is on disk, synced. Nothing here blocks the
 * main thread: the database lives on threads of its own. Concurrent writers share one sync (group commit).
 * SQL is written with kysely in the part of it both dialects understand (README.md), in each service's
 * `tables.ts` alone. Implemented by sqlite/sqlite-store.ts and blobs/file-blobs.ts; opened by app.
 */
import type { CompiledQuery, Kysely } from 'kysely'

import type { BlobId } from '../kernel/brand.ts'
import { CapacityError } from '../kernel/errors.ts'

export interface Store extends AsyncDisposable {
  /**
   * Committed state, for reading only; also what compiles the statements given to `write`. `Tables` is the
   * caller's own view of its tables. Reads started after a `transaction` or `write` has resolved see its
   * change. Each query is a snapshot of its own; kysely's `transaction()` and `stream()` are refused.
   * @throws StoreBusyError when too many reads wait.
   */
  reader<Tables>(): Kysely<Tables>

  /**
   * Runs `body` alone among writers, atomically: an error thrown in it undoes it and is passed on.
   * Resolves with its result once the change is durable. Transactions that overlap in time are committed
   * together. Do not wait for anything but queries in `body`: all writers wait for it, and it is given up
   * after 10 s. A query that failed dooms the transaction, also when `body` catches the error (PostgreSQL
   * knows no other way).
   * @param label names the transaction in logs and in fault injection: `LAMBDA:CREATE_FUNCTION`.
   * @throws StoreFullError when the disk is full: nothing of it was written.
   * @throws StoreBusyError when too many writers wait: it was not begun.
   * @throws StoreError for everything else that is the database's.
   */
  transaction<Tables, Result>(
    label: string,
    body: (transaction: Kysely<Tables>) => Promise<Result>,
  ): Promise<Result>

  /**
   * The fast lane for writes that read nothing: a list of compiled statements, atomic, one message to the
   * database thread, same durability, same errors. For logs, queues and metrics.
   */
  write(label: string, statements: readonly CompiledQuery[]): Promise<void>
}

/** One forward-only change of the schema. `id` sorts: `lambda-0001-functions`. */
export interface Migration {
  readonly id: string
  up(db: Kysely<unknown>): Promise<void>
}

/**
 * - `constraint`: a unique, foreign key, not-null or check constraint refused the statement;
 * - `statement`: the SQL itself is wrong, or a query came after its transaction's end;
 * - `timeout`: the transaction's body took longer than it may;
 * - `io`: the disk failed; of a commit that failed so, nothing is visible, as if it had been undone;
 * - `corrupt`: the database file is damaged or is none;
 * - `closed`: the store was closed, or its thread has died.
 */
export type StoreErrorReason = 'constraint' | 'statement' | 'timeout' | 'io' | 'corrupt' | 'closed'

export class StoreError extends Error {
  override readonly name = 'StoreError'
  readonly reason: StoreErrorReason

  constructor(reason: StoreErrorReason, message: string) {
    super(message)
    this.reason = reason
  }
}

/** The disk (or the quota) has no room: the operation was undone as a whole. */
export class StoreFullError extends CapacityError {
  override readonly name = 'StoreFullError'
  readonly advice =
    "The disk that holds lambdad's data directory is full: nothing was stored. Free some space and try again."
  readonly passing = false
}

/** Too many callers wait for the database: this one was turned away before anything was done. Retry later. */
export class StoreBusyError extends CapacityError {
  override readonly name = 'StoreBusyError'
  readonly advice = 'Too many requests wait for the database: nothing was done. Try again.'
  readonly passing = true
}

/**
 * Content-addressed, encrypted at rest. A blob is immutable; its id is the hex SHA-256 of its plain bytes.
 *
 * Two owners that put the same bytes share one blob: who deletes must know that nobody else refers to it,
 * or is about to (put, then the row that names it).
 */
export interface Blobs {
  /**
   * Resolves once the blob is on disk, synced. Putting the same bytes twice is one blob. The bytes must not
   * change until then.
   * @throws StoreFullError when the disk is full: nothing is left of it.
   */
  put(bytes: Uint8Array): Promise<BlobId>
  /** @throws BlobError when it is missing, or when what is on disk is not what was put. */
  get(id: BlobId): Promise<Uint8Array>
  /** Does nothing when it is not there. */
  delete(id: BlobId): Promise<void>
  /** Every blob there is, in no order; one that is put or deleted meanwhile may or may not be among them. */
  list(): AsyncIterable<BlobId>
}

export class BlobError extends Error {
  override readonly name = 'BlobError'
}
