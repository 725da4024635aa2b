/**
 * Kysely over anything that runs one statement and gives its rows: a database thread, inside a transaction
 * or outside. Transactions are the store's own, so kysely's are refused, and so is streaming: a page with a
 * limit is what both dialects and a bounded message allow.
 */
import { Kysely, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from '../kysely/index.js'
import type { CompiledQuery, DatabaseConnection, Dialect, Driver, QueryResult } from 'kysely'

import { toStatement } from './protocol.ts'
import type { QueryReply, Statement } from './protocol.ts'

export type RunStatement = (statement: Statement) => Promise<QueryReply>

export function kyselyOver<Tables>(run: RunStatement): Kysely<Tables> {
  const dialect: Dialect = {
    createAdapter: () => new ConcurrentAdapter(),
    createDriver: () => new StatementDriver(run),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  }
  return new Kysely<Tables>({ dialect })
}

/** Kysely takes SQLite for one connection and lets one statement wait for the other; the threads know better. */
class ConcurrentAdapter extends SqliteAdapter {
  override get supportsMultipleConnections(): boolean {
    return true
  }
}

class StatementDriver implements Driver {
  readonly #connection: DatabaseConnection
  constructor(run: RunStatement) {
    this.#connection = new StatementConnection(run)
  }
  async init(): Promise<void> {}
  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection
  }
  async beginTransaction(): Promise<void> {
    throw new TypeError('use Store.transaction instead of kysely.transaction()')
  }
  async commitTransaction(): Promise<void> {}
  async rollbackTransaction(): Promise<void> {}
  async releaseConnection(): Promise<void> {}
  async destroy(): Promise<void> {}
}

class StatementConnection implements DatabaseConnection {
  readonly #run: RunStatement
  constructor(run: RunStatement) {
    this.#run = run
  }

  async executeQuery<Row>(query: CompiledQuery): Promise<QueryResult<Row>> {
    const { rows, changes } = await this.#run(toStatement(query))
    return { rows: rows as Row[], numAffectedRows: BigInt(changes) }
  }

  // oxlint-disable-next-line require-yield -- the interface wants a generator; there is nothing to yield.
  async *streamQuery<Row>(): AsyncIterableIterator<QueryResult<Row>> {
    throw new TypeError('streaming is not supported: read pages with limit')
  }
}
