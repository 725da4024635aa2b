/**
 * The directory a single server keeps everything in, and the lock that keeps a second one out.
 *
 *   format       the version of this layout, text
 *   lambdad.db   state (sqlite/), with its -wal and -shm
 *   blobs/       code and payloads, encrypted (blobs/)
 *   key          the master key (master-key.ts), unless the operator keeps it elsewhere
 *   run/         what does not outlive the server: sockets, unpacked code
 *   lock.db, lock.pid
 *
 * The lock must end with the process, also with kill -9, and Node has no flock(2). So it is an SQLite
 * database in an exclusive transaction that never writes: SQLite holds a fcntl(2) lock, which the kernel
 * releases, and keeps a table of its own for two openings within one process, which fcntl would let pass.
 * Rejected: a pid file alone (stale after kill -9, and pids are reused) and a listening socket (abstract
 * ones are per network namespace, not per directory). On NFS the lock is as good as its lock daemon.
 * Nothing else may open lock.db in this process: closing any descriptor of it drops a fcntl lock.
 */
import { chmod, mkdir, readFile, readdir, rm, stat, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

import {
  absentAsUndefined,
  asStoreError,
  makeDirectoryDurably,
  writeDurably,
} from './durable-file.ts'
import { describeFailure, isSqliteError, toError } from './sqlite/failure.ts'
import { StoreBusyError } from './store.ts'

/** The layout above. */
const formatVersion = 1

export interface DataDirectory extends AsyncDisposable {
  readonly path: string
  /** For `openSqliteStore`. */
  readonly database: string
  /** For `openFileBlobs`. */
  readonly blobs: string
  /** For `openMasterKey`, unless the operator names another file. */
  readonly key: string
  /** Exists. Whoever keeps something in it clears what a dead server left there. */
  readonly run: string
}

/** The directory cannot be used; the message says why and what to do, for a person at a terminal. */
export class DataDirectoryError extends Error {
  override readonly name = 'DataDirectoryError'
}

/**
 * Makes the directory when it is not there (0700), and holds it until disposal.
 * @throws DataDirectoryError when another server holds it, or it holds something else, or a newer layout;
 *   StoreFullError.
 */
export async function openDataDirectory(path: string): Promise<DataDirectory> {
  const root = resolve(path)
  try {
    await mkdir(root, { recursive: true, mode: 0o700 })
    await refuseForeign(root)
    await makePrivate(root)
    return await openLocked(root)
  } catch (error) {
    throw asStoreError(error, root)
  }
}

async function openLocked(root: string): Promise<DataDirectory> {
  const lock = await takeLock(root)
  try {
    await checkFormat(root)
    const directory = new LockedDirectory(root, lock)
    await makeDirectoryDurably(directory.blobs)
    await makeDirectoryDurably(directory.run)
    return directory
  } catch (error) {
    lock.close()
    throw error
  }
}

class LockedDirectory implements DataDirectory {
  readonly path: string
  readonly database: string
  readonly blobs: string
  readonly key: string
  readonly run: string
  readonly #lock: DatabaseSync
  #released = false

  constructor(root: string, lock: DatabaseSync) {
    this.path = root
    this.database = join(root, 'lambdad.db')
    this.blobs = join(root, 'blobs')
    this.key = join(root, 'key')
    this.run = join(root, 'run')
    this.#lock = lock
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#released) return
    this.#released = true
    // Before the lock goes: afterwards it would be the next server's.
    await rm(join(this.path, 'lock.pid'), { force: true })
    this.#lock.close()
  }
}

/** What may stand in a directory whose first start was interrupted before `format` was written. */
const firstFiles = new Set(['format.new', 'lock.db', 'lock.db-journal', 'lock.pid', 'lost+found'])

/** A wrong path (a home directory, say) must not be filled with files and closed to its owner's group. */
async function refuseForeign(root: string): Promise<void> {
  const names = await readdir(root)
  if (names.includes('format') || names.every((name) => firstFiles.has(name))) return
  throw new DataDirectoryError(
    `${root} holds something that is not lambdad's. Give lambdad an empty directory, or one that is not there yet.`,
  )
}

async function makePrivate(root: string): Promise<void> {
  const { mode } = await stat(root)
  if ((mode & 0o077) === 0) return
  try {
    await chmod(root, 0o700)
  } catch (error) {
    throw new DataDirectoryError(
      `${root} is open to other users (mode ${octal(mode)}) and belongs to somebody else. Run: chmod 700 ${root}`,
      { cause: error },
    )
  }
}

async function takeLock(root: string): Promise<DatabaseSync> {
  const lockFile = join(root, 'lock.db')
  const pidFile = join(root, 'lock.pid')
  let lock: DatabaseSync | undefined
  try {
    lock = new DatabaseSync(lockFile)
    lock.exec('begin exclusive')
    await writeFile(pidFile, `${process.pid}\n`, { mode: 0o600 })
    return lock
  } catch (error) {
    lock?.close()
    if (!isSqliteError(error)) throw error
    const failure = toError(describeFailure(error, lockFile), `locking ${root}`)
    if (!(failure instanceof StoreBusyError)) throw failure
    throw new DataDirectoryError(inUse(root, await readPid(pidFile)), { cause: error })
  }
}

async function readPid(pidFile: string): Promise<number | undefined> {
  const text = await readFile(pidFile, 'utf8').catch(() => '')
  return /^\d{1,10}\n$/.test(text) ? Number(text) : undefined
}

function inUse(root: string, pid: number | undefined): string {
  if (pid === process.pid) return `${root} is already open in this very process (pid ${pid}).`
  const who = pid === undefined ? 'another lambdad' : `another lambdad (pid ${pid})`
  const stop = pid === undefined ? 'Stop it' : `Stop it (kill ${pid})`
  return `${root} is in use by ${who}. ${stop}, or give this one a data directory of its own.`
}

async function checkFormat(root: string): Promise<void> {
  const file = join(root, 'format')
  const text = await readFile(file, 'utf8').catch(absentAsUndefined)
  if (text === undefined) {
    // A first start that was interrupted here may have left it.
    await rm(`${file}.new`, { force: true })
    await writeDurably(file, `${file}.new`, [Buffer.from(`${formatVersion}\n`)])
    return
  }
  if (!/^\d{1,6}\n$/.test(text)) {
    throw new DataDirectoryError(`${file} is damaged: it should be the number ${formatVersion}.`)
  }
  if (Number(text) > formatVersion) {
    throw new DataDirectoryError(
      `${root} was written by a newer lambdad (format ${Number(text)}, this one knows ${formatVersion}). Start the newer one.`,
    )
  }
}

function octal(mode: number): string {
  return (mode & 0o7777).toString(8).padStart(4, '0')
}
