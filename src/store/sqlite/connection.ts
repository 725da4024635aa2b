/**
 * One SQLite connection on a database thread, with its prepared statements. Blocks its thread: that is what
 * the thread is for. Used by writer-thread.ts and reader-thread.ts; never by the main thread.
 */
import { DatabaseSync } from 'node:sqlite'
import type { SQLInputValue, StatementSync } from 'node:sqlite'

import { busyTimeoutMs, pageCacheKib, preparedStatementsMax, walBytesKept } from './limits.ts'
import type { QueryReply, SqlValue, Statement } from './protocol.ts'

interface Prepared {
  readonly statement: StatementSync
  readonly givesRows: boolean
}

export class Connection {
  readonly #database: DatabaseSync
  /** In the order of last use, the oldest first. */
  readonly #prepared = new Map<string, Prepared>()

  constructor(file: string, access: 'read-write' | 'read-only') {
    this.#database = new DatabaseSync(file, {
      readOnly: access === 'read-only',
      timeout: busyTimeoutMs,
      enableForeignKeyConstraints: true,
      enableDoubleQuotedStringLiterals: false,
    })
    // No mmap_size: the page cache saves the same system calls, and a disk error under a mapping is a
    // SIGBUS that ends the whole process, where a failed read is an error of one query.
    this.#database.exec(`pragma cache_size = -${pageCacheKib}; pragma temp_store = memory`)
    if (access === 'read-only') return
    // synchronous = FULL is what makes COMMIT wait for fdatasync of the write-ahead log; NORMAL would lose
    // acknowledged commits with the power.
    this.#database.exec(
      `pragma journal_mode = wal; pragma synchronous = full; pragma journal_size_limit = ${walBytesKept}`,
    )
  }

  get inTransaction(): boolean {
    return this.#database.isTransaction
  }

  /** For BEGIN, COMMIT, SAVEPOINT and the like. */
  command(sql: string): void {
    this.#prepare(sql).statement.run()
  }

  run(statement: Statement): QueryReply {
    const { statement: prepared, givesRows } = this.#prepare(statement.sql)
    const parameters = statement.parameters.map(bindable)
    if (givesRows) {
      const rows = prepared.all(...parameters)
      return { rows, changes: rows.length }
    }
    return { rows: [], changes: Number(prepared.run(...parameters).changes) }
  }

  /** Moves the write-ahead log into the database file, as far as readers allow, and closes. */
  checkpointAndClose(): void {
    try {
      this.#database.exec('pragma wal_checkpoint(truncate)')
    } finally {
      this.close()
    }
  }

  close(): void {
    this.#prepared.clear()
    this.#database.close()
  }

  #prepare(sql: string): Prepared {
    const known = this.#prepared.get(sql)
    if (known !== undefined) {
      this.#prepared.delete(sql)
      this.#prepared.set(sql, known)
      return known
    }
    const statement = this.#database.prepare(sql)
    const prepared = { statement, givesRows: statement.columns().length > 0 }
    this.#prepared.set(sql, prepared)
    if (this.#prepared.size > preparedStatementsMax) {
      const [oldest] = this.#prepared.keys()
      if (oldest !== undefined) this.#prepared.delete(oldest)
    }
    return prepared
  }
}

/** node:sqlite binds every number as a float, and 5 in a text column would become '5.0'. */
function bindable(value: SqlValue): SQLInputValue {
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : value
}
