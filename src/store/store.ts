/**
 * The Store port: SQL that survives kill -9, on SQLite (embedded) or PostgreSQL.
 *
 * Invariant: when `transaction` or `write` resolves, the change is on disk, synced. Nothing here blocks the
 * main thread: the database lives on threads of its own. Concurrent writers share one sync (group commit).
 * SQL is written with kysely in the part of it both dialects understand, in each service's `tables.ts` alone.
 */
import type { CompiledQuery, Kysely } from 'kysely'

import type { BlobId } from '../kernel/brand.ts'
export interface Store extends AsyncDisposable {
  /**
   * Committed state, for reading only. `Tables` is the caller's own view of its tables.
   * Reads started after a `transaction` or `write` has resolved see its change.
   */
  reader<Tables>(): Kysely<Tables>

  /**
   * Runs `body` alone among writers, atomically: an error thrown in it undoes it and is passed on.
   * Resolves with its result once the change is durable. Transactions that overlap in time are committed
   * together. Do not wait for anything but queries in `body`: all writers wait for it.
   * @param label names the transaction in logs and in fault injection: `LAMBDA:CREATE_FUNCTION`.
   * @throws StoreFullError when the disk is full: nothing of it was written.
   */
  transaction<Tables, Result>(
    label: string,
    body: (transaction: Kysely<Tables>) => Promise<Result>,
  ): Promise<Result>

  /**
   * The fast lane for writes that read nothing: a list of compiled statements, atomic, one message to the
   * database thread, same durability. For logs, queues and metrics.
   */
  write(label: string, statements: readonly CompiledQuery[]): Promise<void>
}

/** One forward-only change of the schema. `id` sorts: `lambda-0001-functions`. */
export interface Migration {
  readonly id: string
  up(db: Kysely<unknown>): Promise<void>
}

/** The disk (or the quota) has no room: the operation was undone as a whole. */
export class StoreFullError extends Error {
  override readonly name = 'StoreFullError'
}

/**
 * Content-addressed, encrypted at rest. A blob is immutable; its id is the hex SHA-256 of its plain bytes.
 */
export interface Blobs {
  /** Resolves once the blob is on disk, synced. Putting the same bytes twice is one blob. */
  put(bytes: Uint8Array): Promise<BlobId>
  /** @throws BlobError when it is missing, or when what is on disk is not what was put. */
  get(id: BlobId): Promise<Uint8Array>
  /** Does nothing when it is not there. */
  delete(id: BlobId): Promise<void>
}

export class BlobError extends Error {
  override readonly name = 'BlobError'
}
