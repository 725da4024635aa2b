/**
 * What the main thread and the database threads say to each other: plain values that a structured clone
 * carries. Every request has exactly one reply, and replies come in the order of the requests.
 */
import type { CompiledQuery } from 'kysely'

import { assert } from '../../kernel/assert.ts'

export type SqlValue = null | number | bigint | string | Uint8Array

export interface Statement {
  readonly sql: string
  readonly parameters: readonly SqlValue[]
}

export interface LabelledWrite {
  readonly label: string
  readonly statements: readonly Statement[]
}

/** `open` is the first request, `close` the last one. */
export interface LifeRequest {
  readonly kind: 'open' | 'close'
}

/** `transaction` numbers the interactive transactions: the first query of a new number begins it. */
export type WriterRequest =
  | LifeRequest
  | { readonly kind: 'query'; readonly statement: Statement; readonly transaction: number }
  | {
      readonly kind: 'end'
      readonly transaction: number
      readonly label: string
      readonly keep: boolean
    }
  | { readonly kind: 'writes'; readonly writes: readonly LabelledWrite[] }
  | { readonly kind: 'commit' }

export type ReaderRequest = LifeRequest | { readonly kind: 'query'; readonly statement: Statement }

export type DatabaseRequest = WriterRequest | ReaderRequest

export interface QueryReply {
  readonly rows: readonly unknown[]
  readonly changes: number
}

/** SQLite's own words and its extended result code; `full` when the disk is. */
export interface Failure {
  readonly message: string
  readonly resultCode: number
  readonly full: boolean
}

/** `value` is a `QueryReply` for queries, one `Failure | undefined` per write for `writes`, else nothing. */
export type DatabaseReply = { readonly value: unknown } | { readonly failure: Failure }

/**
 * Test only: what goes wrong at the first commit that has a member of this label.
 * `full` and `io` fail the commit as SQLite would; `kill-...` ends the process with SIGKILL.
 */
export interface CommitFault {
  readonly label: string
  readonly effect: 'full' | 'io' | 'kill-before-commit' | 'kill-after-commit'
}

export interface ThreadSettings {
  readonly file: string
  readonly fault: CommitFault | undefined
}

/** Kysely's query as a thread takes it. Values that only one of the dialects understands are refused. */
export function toStatement(query: CompiledQuery): Statement {
  return {
    sql: query.sql,
    parameters: query.parameters.map((value) => toSqlValue(value, query.sql)),
  }
}

function toSqlValue(value: unknown, sql: string): SqlValue {
  switch (typeof value) {
    case 'string':
    case 'bigint':
      return value
    case 'number':
      assert(Number.isFinite(value), `not a finite number: a parameter of ${sql}`)
      return value
    default:
      if (value === null) return null
      assert(
        value instanceof Uint8Array,
        `only text, numbers, bytes and null are SQL for both dialects, not ${typeof value}: ${sql}`,
      )
      // A clone takes the whole buffer behind a view along: for a slice of a socket's read, 64 KiB.
      return value.byteLength === value.buffer.byteLength ? value : new Uint8Array(value)
  }
}

/** What the statement's parameters weigh, roughly: for bounding queues. */
export function parameterBytes(statement: Statement): number {
  let bytes = 0
  for (const value of statement.parameters) {
    if (typeof value === 'string') bytes += value.length
    else if (value instanceof Uint8Array) bytes += value.byteLength
    else bytes += 8
  }
  return bytes
}
