/**
 * The SQL that removes events: the oldest of all groups together (how much there is, how far to go, and the removal),
 * and those of a group that have expired.
 *
 * "Oldest" is what was stored first, whatever times its events tell: a function, or PutLogEvents, may claim any. What
 * has expired is what happened too long ago, as its events tell.
 * Invariant: a removal is one list of statements, all or none, that look at what is there while they run. It stays
 * right whatever was deleted or appended since its cut was chosen; groups, streams and usage change with the chunks.
 * Called by: trimmer.ts, expirer.ts. The other SQL of these tables is in tables.ts.
 */
import type { CompiledQuery, RawBuilder } from 'kysely'
import { sql } from '../../../store/kysely/index.js'
import { chunkOverheadBytes, eventOverheadBytes } from '../limits.ts'
import { headerBytes, headerBytesPerEvent } from './chunk.ts'
import type { EventDb } from './tables.ts'

/** Bytes on disk that log events use, roughly; those of deleted streams too, as long as they are there. */
export async function findUsedBytes(db: EventDb): Promise<number> {
  const { chunks, bytes } = await db
    .selectFrom('logs_usage')
    .select(['chunks', 'bytes'])
    .executeTakeFirstOrThrow()
  return bytes + chunks * chunkOverheadBytes
}

/** Chunks that go together: all up to a time, and those of that very time. */
export interface Batch {
  readonly untilMs: number
  /** On disk, roughly. */
  readonly bytes: number
}

interface SomeChunks {
  /** What "up to" is about. */
  readonly column: 'ingestion_ms' | 'last_ms'
  readonly where: RawBuilder<boolean>
}

/**
 * The oldest chunks, up to so many or so many bytes, and with the last of them all others that were stored in the same
 * millisecond: one write of the sink, or so. Undefined when there are none.
 */
export function findOldest(
  db: EventDb,
  chunksMax: number,
  bytesMax: number,
): Promise<Batch | undefined> {
  const all: SomeChunks = { column: 'ingestion_ms', where: sql<boolean>`true` }
  return findFirst(db, all, chunksMax, bytesMax)
}

/** Those chunks of a group that hold nothing from `expiredMs` on: as many as above. Undefined when there are none. */
export function findExpired(
  db: EventDb,
  groupId: string,
  expiredMs: number,
  chunksMax: number,
  bytesMax: number,
): Promise<Batch | undefined> {
  const where = sql<boolean>`group_id = ${groupId} and last_ms < ${expiredMs}`
  return findFirst(db, { column: 'last_ms', where }, chunksMax, bytesMax)
}

async function findFirst(
  db: EventDb,
  { column, where }: SomeChunks,
  chunksMax: number,
  bytesMax: number,
): Promise<Batch | undefined> {
  const first = await db
    .selectFrom('logs_chunks')
    .select([`${column} as ms`, 'encoded_bytes'])
    .where(where)
    .orderBy(column)
    .limit(chunksMax)
    .execute()
  let bytes = 0
  const last = first.find((chunk) => {
    bytes += chunk.encoded_bytes + chunkOverheadBytes
    return bytes >= bytesMax
  })
  const untilMs = (last ?? first.at(-1))?.ms
  if (untilMs === undefined) return undefined
  const all = await db
    .selectFrom('logs_chunks')
    .select(({ fn }) => [
      fn.countAll<number>().as('chunks'),
      fn.sum<number>('encoded_bytes').as('bytes'),
    ])
    .where(where)
    .where(column, '<=', untilMs)
    .executeTakeFirstOrThrow()
  return { untilMs, bytes: all.bytes + all.chunks * chunkOverheadBytes }
}

/** Removes all chunks that were stored up to `untilMs`. */
export function removeUpTo(db: EventDb, untilMs: number): CompiledQuery[] {
  return remove(db, sql`ingestion_ms <= ${untilMs}`, sql`ingestion_ms > ${untilMs}`)
}

/** Removes all chunks of a group whose events happened up to `untilMs`. */
export function removeExpired(db: EventDb, groupId: string, untilMs: number): CompiledQuery[] {
  return remove(db, sql`group_id = ${groupId} and last_ms <= ${untilMs}`, sql`last_ms > ${untilMs}`)
}

/**
 * A function's stream whose last event goes that way goes with it: else each environment there ever was would leave a
 * row behind for good. It comes back with its next line. A stream that somebody made stays, as on AWS: whoever puts
 * events into it counts on it.
 * @param old which chunks go.
 * @param kept which stay, of a stream that loses some.
 */
function remove(db: EventDb, old: RawBuilder<unknown>, kept: RawBuilder<unknown>): CompiledQuery[] {
  // As `LogGroup.storedBytes` counts them: what stands in a chunk's header is ours, not the events'.
  const perEvent = sql.lit(eventOverheadBytes - headerBytesPerEvent)
  const bytes = sql`encoded_bytes - ${sql.lit(headerBytes)}
    + ${perEvent} * (last_sequence - first_sequence + 1)`
  // Materialized: left alone, SQLite walks through all chunks in the order of the grouping.
  const withOld = sql`with old as materialized (
    select stream_id, group_id, ${bytes} as bytes from logs_chunks where ${old}
  )`
  const ofStream = sql`from logs_chunks where stream_id = logs_streams.id and ${kept}`
  return [
    sql`update logs_usage set
      chunks = chunks - (select count(*) from logs_chunks where ${old}),
      bytes = bytes - (select coalesce(sum(encoded_bytes), 0) from logs_chunks where ${old})`,
    // Those of deleted streams count for no group any more.
    sql`${withOld} update logs_groups set stored_bytes = stored_bytes - gone.bytes
      from (
        select old.group_id, sum(old.bytes) as bytes
        from old join logs_streams on logs_streams.id = old.stream_id
        group by old.group_id
      ) as gone where gone.group_id = logs_groups.id`,
    sql`${withOld} update logs_streams set
        stored_bytes = stored_bytes - gone.bytes,
        first_event_ms = coalesce((select min(first_ms) ${ofStream}), -1),
        last_event_ms = coalesce((select max(last_ms) ${ofStream}), -1)
      from (select stream_id, sum(bytes) as bytes from old group by stream_id) as gone
      where gone.stream_id = logs_streams.id`,
    sql`delete from logs_streams where automatic = 1 and last_event_ms < 0
      and id in (select stream_id from logs_chunks where ${old})`,
    sql`delete from logs_chunks where ${old}`,
  ].map((statement) => statement.compile(db))
}
