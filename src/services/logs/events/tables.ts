/**
 * The SQL of log events.
 *
 * Events lie in chunks: what one flush or one PutLogEvents has of one stream is one row. A chunk begins with
 * the stream's `next_sequence`, taken from the stream's row inside the statement that inserts it, so writers
 * need not know it; for a stream that is gone it is null, and the insert fails with the reason `constraint`.
 * Invariants: the sequence numbers of a stream's chunks never overlap; `logs_usage` tells of exactly the chunks there
 * are: it changes in the statement lists that add and remove them. How the oldest are removed is in trim-tables.ts.
 */
import type { Compilable, CompiledQuery, Kysely } from 'kysely'
import { assert } from '../../../kernel/assert.ts'
import type { Migration } from '../../../store/store.ts'
import { chunkSpanMsMax } from '../limits.ts'
import type { Chunk, ChunkHead } from '../state.ts'
import type { LogsTables } from '../tables.ts'
import type { Position } from './position.ts'

export interface EventTables extends LogsTables {
  logs_chunks: {
    stream_id: string
    group_id: string
    first_sequence: number
    last_sequence: number
    first_ms: number
    last_ms: number
    ingestion_ms: number
    encoded_bytes: number
    encoded: Uint8Array
  }
  /** One row: all chunks there are, those of deleted streams too, and their `encoded_bytes` together. */
  logs_usage: { chunks: number; bytes: number }
}

export type EventDb = Kysely<EventTables>

export const chunkMigrations: readonly Migration[] = [
  { id: 'logs-0002-chunks', up: createChunks },
  { id: 'logs-0003-usage', up: createUsage },
]

async function createChunks(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('logs_chunks')
    .addColumn('stream_id', 'text', (column) => column.notNull())
    .addColumn('group_id', 'text', (column) => column.notNull())
    .addColumn('first_sequence', 'bigint', (column) => column.notNull())
    .addColumn('last_sequence', 'bigint', (column) => column.notNull())
    .addColumn('first_ms', 'bigint', (column) => column.notNull())
    .addColumn('last_ms', 'bigint', (column) => column.notNull())
    .addColumn('ingestion_ms', 'bigint', (column) => column.notNull())
    .addColumn('encoded_bytes', 'bigint', (column) => column.notNull())
    // Last, so that the columns before it are read without its pages.
    .addColumn('encoded', 'blob', (column) => column.notNull())
    .addPrimaryKeyConstraint('logs_chunks_key', ['stream_id', 'first_sequence'])
    .execute()
  // One in the order of each direction of reading, for a stream and for a whole group.
  const indexes = {
    stream_forward: ['stream_id', 'first_ms', 'first_sequence', 'last_ms'],
    stream_backward: ['stream_id', 'last_ms', 'last_sequence', 'first_ms'],
    group_forward: ['group_id', 'first_ms', 'stream_id', 'first_sequence', 'last_ms'],
    group_backward: ['group_id', 'last_ms', 'stream_id', 'last_sequence', 'first_ms'],
  }
  for (const [name, columns] of Object.entries(indexes)) {
    await db.schema.createIndex(`logs_chunks_${name}`).on('logs_chunks').columns(columns).execute()
  }
}

/** Counts once what an older lambdad has stored; from then on every change keeps the count. */
async function createUsage(db: Kysely<unknown>): Promise<void> {
  await db.schema
    .createTable('logs_usage')
    .addColumn('chunks', 'bigint', (column) => column.notNull())
    .addColumn('bytes', 'bigint', (column) => column.notNull())
    .execute()
  const events = db as EventDb
  await events
    .insertInto('logs_usage')
    .columns(['chunks', 'bytes'])
    .expression(
      events
        .selectFrom('logs_chunks')
        .select((eb) => [
          eb.fn.countAll<number>().as('chunks'),
          eb.fn.coalesce(eb.fn.sum<number>('encoded_bytes'), eb.lit(0)).as('bytes'),
        ]),
    )
    .execute()
  // In the order in which they were stored, of all streams.
  await db.schema
    .createIndex('logs_chunks_age')
    .on('logs_chunks')
    .columns(['ingestion_ms'])
    .execute()
}

// ---- writing ----

/** A chunk, and where it belongs. */
export interface NewChunk {
  readonly streamId: string
  readonly groupId: string
  /** Unix epoch ms. */
  readonly ingestionMs: number
  readonly chunk: Chunk
}

/**
 * The statements that append chunks to streams, compiled once: kysely takes some 15 us for each, which would be
 * the dearest part of a flush.
 */
export class ChunkAppender {
  readonly #insert: Template<keyof ReturnType<typeof chunkParameters>>
  readonly #updateStream: Template<keyof ReturnType<typeof chunkParameters>>
  readonly #updateGroup: Template<'groupId' | 'bytes'>
  readonly #updateUsage: Template<'count' | 'encodedBytes'>

  /** @param db only compiles. */
  constructor(db: EventDb) {
    this.#insert = new Template(insertChunk(db))
    this.#updateStream = new Template(updateStream(db))
    this.#updateGroup = new Template(updateGroup(db))
    this.#updateUsage = new Template(updateUsage(db))
  }

  /** To be written in one go; fails with the reason `constraint` when one of the streams is gone. */
  statements(chunks: readonly NewChunk[]): CompiledQuery[] {
    const statements: CompiledQuery[] = []
    const groupBytes = new Map<string, number>()
    let encodedBytes = 0
    for (const chunk of chunks) {
      const parameters = chunkParameters(chunk)
      statements.push(this.#insert.with(parameters), this.#updateStream.with(parameters))
      const { groupId, bytes } = parameters
      encodedBytes += parameters.encodedBytes
      groupBytes.set(groupId, (groupBytes.get(groupId) ?? 0) + bytes)
    }
    for (const [groupId, bytes] of groupBytes) {
      statements.push(this.#updateGroup.with({ groupId, bytes }))
    }
    statements.push(this.#updateUsage.with({ count: chunks.length, encodedBytes }))
    return statements
  }
}

function chunkParameters({ streamId, groupId, ingestionMs, chunk }: NewChunk) {
  const { count, firstMs, lastMs, bytes, encoded } = chunk
  return {
    streamId,
    groupId,
    ingestionMs,
    count,
    countLessOne: count - 1,
    firstMs,
    lastMs,
    bytes,
    encodedBytes: encoded.byteLength,
    encoded,
  }
}

/** A statement whose parameters are compiled as their names, to be replaced by values. */
class Template<Name extends string> {
  readonly #compiled: CompiledQuery
  readonly #names: readonly Name[]

  constructor(statement: Compilable) {
    this.#compiled = statement.compile()
    this.#names = this.#compiled.parameters as readonly Name[]
  }

  with(values: Readonly<Record<Name, unknown>>): CompiledQuery {
    const parameters = this.#names.map((name) => {
      const value = values[name]
      assert(value !== undefined, `a value for ${name}`)
      return value
    })
    return { ...this.#compiled, parameters }
  }
}

/** In a template, a parameter's name stands where its value will. */
function named(name: keyof ReturnType<typeof chunkParameters>): never {
  return name as never
}

function insertChunk(db: EventDb): Compilable {
  const nextSequence = db.selectFrom('logs_streams').where('id', '=', named('streamId'))
  return db.insertInto('logs_chunks').values({
    stream_id: named('streamId'),
    group_id: named('groupId'),
    first_sequence: nextSequence.select('next_sequence'),
    last_sequence: nextSequence.select((eb) =>
      eb('next_sequence', '+', named('countLessOne')).as('last_sequence'),
    ),
    first_ms: named('firstMs'),
    last_ms: named('lastMs'),
    ingestion_ms: named('ingestionMs'),
    encoded_bytes: named('encodedBytes'),
    encoded: named('encoded'),
  })
}

function updateStream(db: EventDb): Compilable {
  return db
    .updateTable('logs_streams')
    .set((eb) => ({
      next_sequence: eb('next_sequence', '+', named('count')),
      stored_bytes: eb('stored_bytes', '+', named('bytes')),
      last_ingestion_ms: named('ingestionMs'),
      first_event_ms: eb
        .case()
        .when(
          eb.or([
            eb('first_event_ms', '<', eb.lit(0)),
            eb('first_event_ms', '>', named('firstMs')),
          ]),
        )
        .then(eb.val<number>(named('firstMs')))
        .else(eb.ref('first_event_ms'))
        .end(),
      last_event_ms: eb
        .case()
        .when('last_event_ms', '<', named('lastMs'))
        .then(eb.val<number>(named('lastMs')))
        .else(eb.ref('last_event_ms'))
        .end(),
    }))
    .where('id', '=', named('streamId'))
}

function updateGroup(db: EventDb): Compilable {
  return db
    .updateTable('logs_groups')
    .set((eb) => ({ stored_bytes: eb('stored_bytes', '+', named('bytes')) }))
    .where('id', '=', named('groupId'))
}

function updateUsage(db: EventDb): Compilable {
  return db.updateTable('logs_usage').set((eb) => ({
    chunks: eb('chunks', '+', named('count')),
    bytes: eb('bytes', '+', named('encodedBytes')),
  }))
}

// ---- reading ----

/** Which streams are read: some by their ids, or those of a group, all or with a prefix of the name. */
export type StreamSelection =
  | { readonly streamIds: readonly string[] }
  | { readonly groupId: string; readonly prefix: string | undefined }

export interface ChunkQuery {
  readonly streams: StreamSelection
  readonly direction: 'forward' | 'backward'
  /** The first position that is wanted, and the first that is not any more. */
  readonly low: Position
  readonly high: Position
  readonly limit: number
}

/**
 * Heads of the chunks that may hold events between the two positions. Forward they are in the order of their
 * first events, backward in that of their last events, from the end.
 * @param after the last head of the page before.
 */
export async function findChunks(
  db: EventDb,
  query: ChunkQuery,
  after: ChunkHead | undefined,
): Promise<ChunkHead[]> {
  const { streams, direction, low, high, limit } = query
  const select = selectHeads(db, streams)
    .where('chunks.last_ms', '>=', low.timestamp)
    .where('chunks.first_ms', '<=', high.timestamp)
    .limit(limit)
  // A further bound follows from `chunkSpanMsMax`, or from the page before: it is what the index begins at.
  if (direction === 'forward') {
    const fromMs = after?.firstMs ?? low.timestamp - chunkSpanMsMax
    const ordered = select
      .where('chunks.first_ms', '>=', fromMs)
      .orderBy('chunks.first_ms')
      .orderBy('chunks.stream_id')
      .orderBy('chunks.first_sequence')
    if (!after) return await ordered.execute()
    return await ordered
      .where((where) =>
        where(
          where.refTuple('chunks.first_ms', 'chunks.stream_id', 'chunks.first_sequence'),
          '>',
          where.tuple(after.firstMs, after.streamId, after.firstSequence),
        ),
      )
      .execute()
  }
  const fromMs = after?.lastMs ?? high.timestamp + chunkSpanMsMax
  const ordered = select
    .where('chunks.last_ms', '<=', fromMs)
    .orderBy('chunks.last_ms', 'desc')
    .orderBy('chunks.stream_id', 'desc')
    .orderBy('chunks.last_sequence', 'desc')
  if (!after) return await ordered.execute()
  return await ordered
    .where((where) =>
      where(
        where.refTuple('chunks.last_ms', 'chunks.stream_id', 'chunks.last_sequence'),
        '<',
        where.tuple(after.lastMs, after.streamId, after.lastSequence),
      ),
    )
    .execute()
}

function selectHeads(db: EventDb, streams: StreamSelection) {
  const select = db
    .selectFrom('logs_chunks as chunks')
    .innerJoin('logs_streams as streams', 'streams.id', 'chunks.stream_id')
    .select([
      'chunks.stream_id as streamId',
      'streams.name as streamName',
      'chunks.first_ms as firstMs',
      'chunks.last_ms as lastMs',
      'chunks.first_sequence as firstSequence',
      'chunks.last_sequence as lastSequence',
      'chunks.ingestion_ms as ingestionMs',
      'chunks.encoded_bytes as encodedBytes',
    ])
  if ('streamIds' in streams) return select.where('chunks.stream_id', 'in', streams.streamIds)
  const ofGroup = select.where('chunks.group_id', '=', streams.groupId)
  const { prefix } = streams
  if (!prefix) return ofGroup
  return ofGroup
    .where('streams.name', '>=', prefix)
    .where('streams.name', '<', `${prefix}\u{10ffff}`)
}

/** The bytes of chunks, as encoded, in the order of `heads`; undefined for those deleted meanwhile. */
export async function loadChunks(
  db: EventDb,
  heads: readonly ChunkHead[],
): Promise<(Uint8Array | undefined)[]> {
  const rows = await db
    .selectFrom('logs_chunks')
    .select(['stream_id', 'first_sequence', 'encoded'])
    .where((where) =>
      where.or(
        heads.map(({ streamId, firstSequence }) =>
          where.and({ stream_id: streamId, first_sequence: firstSequence }),
        ),
      ),
    )
    .execute()
  const found = new Map(rows.map((row) => [`${row.stream_id}/${row.first_sequence}`, row.encoded]))
  return heads.map(({ streamId, firstSequence }) => found.get(`${streamId}/${firstSequence}`))
}

// ---- sweeping ----

/** Removes up to `limit` chunks of one deleted stream. @returns whether there is more to do. */
export async function sweepChunks(db: EventDb, limit: number): Promise<boolean> {
  const doomed = await db.selectFrom('logs_doomed_streams').select('stream_id').executeTakeFirst()
  if (!doomed) return false
  const { stream_id: streamId } = doomed
  const deleted = await db
    .deleteFrom('logs_chunks')
    .where('stream_id', '=', streamId)
    .where('first_sequence', 'in', (eb) =>
      eb
        .selectFrom('logs_chunks')
        .select('first_sequence')
        .where('stream_id', '=', streamId)
        .orderBy('first_sequence')
        .limit(limit),
    )
    .returning('encoded_bytes')
    .execute()
  const bytes = deleted.reduce((sum, row) => sum + row.encoded_bytes, 0)
  await db
    .updateTable('logs_usage')
    .set((eb) => ({
      chunks: eb('chunks', '-', deleted.length),
      bytes: eb('bytes', '-', bytes),
    }))
    .execute()
  if (deleted.length < limit) {
    await db.deleteFrom('logs_doomed_streams').where('stream_id', '=', streamId).execute()
  }
  return true
}
