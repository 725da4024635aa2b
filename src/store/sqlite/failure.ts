/**
 * An error of SQLite, on its way from a database thread (`describeFailure`) to the caller (`toError`).
 * A structured clone drops everything of an error but its words, hence `Failure`.
 */
import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'

import { StoreBusyError, StoreError, StoreFullError } from '../store.ts'
import type { StoreErrorReason } from '../store.ts'
import { busyTimeoutMs } from './limits.ts'
import type { Failure } from './protocol.ts'

/** SQLite's primary result codes: the low byte of an extended one. https://sqlite.org/rescode.html */
const SQLITE_BUSY = 5
const SQLITE_IOERR = 10
const SQLITE_CORRUPT = 11
const SQLITE_FULL = 13
const SQLITE_CANTOPEN = 14
const SQLITE_CONSTRAINT = 19
const SQLITE_NOTADB = 26

const reasons: ReadonlyMap<number, StoreErrorReason> = new Map([
  [SQLITE_IOERR, 'io'],
  [SQLITE_CANTOPEN, 'io'],
  [SQLITE_CORRUPT, 'corrupt'],
  [SQLITE_NOTADB, 'corrupt'],
  [SQLITE_CONSTRAINT, 'constraint'],
])

/** One chunk of SQLite's shared memory file, the largest thing it makes at once. */
const roomBytesMin = 64 * 1024

export function describeFailure(error: unknown, file: string): Failure {
  const message = error instanceof Error ? error.message : String(error)
  const resultCode = isSqliteError(error) ? error.errcode : 0
  return { message, resultCode, full: isFull(resultCode, file) }
}

/** node:sqlite's errors carry SQLite's extended result code. */
export function isSqliteError(error: unknown): error is Error & { readonly errcode: number } {
  return error instanceof Error && 'errcode' in error && typeof error.errcode === 'number'
}

/** @param label the transaction's, for the reader of the message. */
export function toError(failure: Failure, label: string): Error {
  const primary = failure.resultCode & 0xff
  if (failure.full) return new StoreFullError(`${label}: no room on the disk (${failure.message})`)
  if (primary === SQLITE_BUSY) {
    const waited = `another process has held the database for ${busyTimeoutMs} ms`
    return new StoreBusyError(`${label}: ${waited} (${failure.message})`)
  }
  return new StoreError(reasons.get(primary) ?? 'statement', `${label}: ${failure.message}`)
}

/**
 * SQLITE_FULL is a write that found no room. Some file systems say so elsewhere (while syncing, growing
 * the shared memory file, or over quota), and there may be no room for the -wal file itself: then it is an
 * I/O error on a file system without room.
 */
function isFull(resultCode: number, file: string): boolean {
  const primary = resultCode & 0xff
  if (primary === SQLITE_FULL) return true
  if (primary !== SQLITE_IOERR && primary !== SQLITE_CANTOPEN) return false
  try {
    const { bavail, bsize, files, ffree } = statfsSync(dirname(file))
    return bavail * bsize < roomBytesMin || (files > 0 && ffree === 0)
  } catch {
    return false
  }
}
