/**
 * The thread of the one connection that writes. A group is an outer BEGIN IMMEDIATE in which each member is
 * a savepoint, and ends with one COMMIT, which syncs. It knows nothing of queues or fairness: write-queue.ts
 * decides who is in a group.
 * Invariant: of a group whose COMMIT failed, nothing is left. Members that had succeeded learn it from
 * the failure of `commit`.
 */
import { workerData } from 'node:worker_threads'

import { Connection } from './connection.ts'
import { describeFailure } from './failure.ts'
import type {
  CommitFault,
  Failure,
  LabelledWrite,
  LifeRequest,
  QueryReply,
  Statement,
  ThreadSettings,
  WriterRequest,
} from './protocol.ts'
import { serve } from './serve.ts'

type WriterWork = Exclude<WriterRequest, LifeRequest>

class Writer {
  readonly #connection: Connection
  readonly #file: string
  #fault: CommitFault | undefined
  /** The interactive transaction whose savepoint is open. */
  #open: number | undefined
  /** Why there is no outer transaction: it could not begin, or SQLite has undone it, as it may when the disk is full. */
  #lost: Error | undefined
  /** Labels of the members that are kept so far. */
  #labels: string[] = []

  constructor({ file, fault }: ThreadSettings) {
    this.#connection = new Connection(file, 'read-write')
    this.#file = file
    this.#fault = fault
  }

  handle(request: WriterWork): unknown {
    switch (request.kind) {
      case 'query':
        return this.#query(request.statement, request.transaction)
      case 'end':
        return this.#end(request.transaction, request.label, request.keep)
      case 'writes':
        return request.writes.map((write) => this.#write(write))
      case 'commit':
        return this.#commit()
    }
  }

  close(): void {
    this.#connection.checkpointAndClose()
  }

  #query(statement: Statement, transaction: number): QueryReply {
    return this.#guarded(() => {
      if (this.#open !== transaction) {
        this.#connection.command('savepoint member')
        this.#open = transaction
      }
      return this.#connection.run(statement)
    })
  }

  /** A transaction that sent no query has nothing to end. */
  #end(transaction: number, label: string, keep: boolean): void {
    if (this.#open !== transaction) return
    this.#open = undefined
    if (this.#lost !== undefined) return
    this.#guarded(() => this.#release(label, keep))
  }

  #write({ label, statements }: LabelledWrite): Failure | undefined {
    try {
      this.#guarded(() => this.#runAll(label, statements))
      return undefined
    } catch (error) {
      return describeFailure(error, this.#file)
    }
  }

  #runAll(label: string, statements: readonly Statement[]): void {
    const [only] = statements
    if (only !== undefined && statements.length === 1) {
      // One statement is atomic by itself.
      this.#connection.run(only)
      this.#labels.push(label)
      return
    }
    this.#connection.command('savepoint member')
    let keep = false
    try {
      for (const statement of statements) this.#connection.run(statement)
      keep = true
    } finally {
      if (this.#connection.inTransaction) this.#release(label, keep)
    }
  }

  #release(label: string, keep: boolean): void {
    if (keep) this.#labels.push(label)
    else this.#connection.command('rollback to member')
    this.#connection.command('release member')
  }

  /** Runs work inside the group, beginning it when there is none, and notices when it is gone. */
  #guarded<Result>(work: () => Result): Result {
    if (this.#lost !== undefined) throw this.#lost
    try {
      if (!this.#connection.inTransaction) this.#connection.command('begin immediate')
      return work()
    } catch (error) {
      if (!this.#connection.inTransaction) this.#lost = asError(error)
      throw error
    }
  }

  #commit(): void {
    const labels = this.#labels
    const lost = this.#lost
    this.#labels = []
    this.#lost = undefined
    this.#open = undefined
    if (lost !== undefined) throw lost
    if (!this.#connection.inTransaction) return
    const fault = this.#takeFault(labels)
    try {
      if (fault === 'full' || fault === 'io') throw injectedError(fault)
      if (fault === 'kill-before-commit') process.kill(process.pid, 'SIGKILL')
      this.#connection.command('commit')
      if (fault === 'kill-after-commit') process.kill(process.pid, 'SIGKILL')
    } catch (error) {
      if (this.#connection.inTransaction) this.#connection.command('rollback')
      throw error
    }
  }

  #takeFault(labels: readonly string[]): CommitFault['effect'] | undefined {
    const fault = this.#fault
    if (fault === undefined || !labels.includes(fault.label)) return undefined
    this.#fault = undefined
    return fault.effect
  }
}

function asError(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown))
}

/** As node:sqlite words it: SQLITE_FULL, or SQLITE_IOERR_FSYNC. */
function injectedError(fault: 'full' | 'io'): Error {
  return fault === 'full'
    ? Object.assign(new Error('database or disk is full'), { errcode: 13 })
    : Object.assign(new Error('disk I/O error'), { errcode: 1034 })
}

const settings = workerData as ThreadSettings

serve(settings.file, () => new Writer(settings))
