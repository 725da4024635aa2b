/**
 * Reads events in their one order (position.ts) out of the chunks of any number of streams: a merge that opens
 * a chunk only when its first event may be the next one.
 *
 * Invariant: every event between the two positions that was stored before the call is given exactly once.
 * Memory: the chunks that overlap in time at one moment, at most `chunkBytesMax` each, and one fetch ahead.
 * Called by GetLogEvents and FilterLogEvents. Read next: tables.ts.
 */
import { Buffer } from 'node:buffer'
import {
  chunkBytesPerFetch,
  chunkHeadsPerQuery,
  chunksPerFetch,
  eventOverheadBytes,
  pageBytesMax,
} from '../limits.ts'
import type { ChunkHead, LogEvent } from '../state.ts'
import { type DecodedChunk, decodeChunk } from './chunk.ts'
import { type Position, comparePositions } from './position.ts'
import { type ChunkQuery, type EventDb, findChunks, loadChunks } from './tables.ts'

export interface EventQuery extends Omit<ChunkQuery, 'limit'> {
  /** Events on the page, beside `pageBytesMax`. */
  readonly limit: number
  readonly matches: (message: string) => boolean
  /** What is looked through before the page ends with what was found. */
  readonly scanBytesMax: number
}

export interface EventPage {
  /** In the direction of reading. */
  readonly events: readonly LogEvent[]
  /** The last event that was looked at, matching or not; undefined when there was none. */
  readonly last: Position | undefined
  /** Nothing is left in that direction. When it is not, the page may still be empty. */
  readonly complete: boolean
}

/** One page. `high` is exclusive, `low` inclusive. */
export async function readEvents(db: EventDb, query: EventQuery): Promise<EventPage> {
  const merge = new Merge(db, query)
  const events: LogEvent[] = []
  let pageBytes = 0
  let last: Position | undefined
  while (await merge.prepare()) {
    if (last && merge.openedBytes > query.scanBytesMax) return { events, last, complete: false }
    // Without a promise for each event: until the merge needs another chunk.
    for (let cursor = merge.next(); cursor; cursor = merge.next()) {
      const message = cursor.message()
      if (query.matches(message)) {
        const bytes = Buffer.byteLength(message) + eventOverheadBytes
        const isFull = events.length === query.limit || pageBytes + bytes > pageBytesMax
        if (isFull && events.length > 0) return { events, last, complete: false }
        pageBytes += bytes
        events.push(cursor.event(message))
      }
      last = cursor.position()
      merge.advance(cursor)
    }
  }
  return { events, last, complete: true }
}

class Merge {
  readonly #db: EventDb
  readonly #query: EventQuery
  /** The one with the next event is the last of them. */
  readonly #open: ChunkCursor[] = []
  /** Not opened yet, the next one first. */
  #heads: ChunkHead[] = []
  #lastHead: ChunkHead | undefined
  #allHeadsRead = false
  #fetched: (Uint8Array | undefined)[] = []
  openedBytes = 0

  constructor(db: EventDb, query: EventQuery) {
    this.#db = db
    this.#query = query
  }

  /** Opens what must be open before `next` can answer. @returns whether there is another event. */
  async prepare(): Promise<boolean> {
    for (;;) {
      if (this.#heads.length === 0 && !this.#allHeadsRead) await this.#readHeads()
      if (!this.#mustOpen()) return this.#open.length > 0
      if (this.#fetched.length === 0) await this.#fetch()
      this.#openNext()
    }
  }

  /** The cursor at the next event, or undefined when `prepare` has to be called first. */
  next(): ChunkCursor | undefined {
    if (this.#heads.length === 0 && !this.#allHeadsRead) return undefined
    return this.#mustOpen() ? undefined : this.#open.at(-1)
  }

  /** Past the event that `next` gave. */
  advance(cursor: ChunkCursor): void {
    this.#open.pop()
    if (cursor.advance()) this.#insert(cursor)
  }

  #mustOpen(): boolean {
    const [head] = this.#heads
    if (!head) return false
    const next = this.#open.at(-1)
    if (!next) return true
    const { direction } = this.#query
    const { streamId, firstMs, lastMs, firstSequence, lastSequence } = head
    const first =
      direction === 'forward'
        ? { timestamp: firstMs, streamId, sequence: firstSequence }
        : { timestamp: lastMs, streamId, sequence: lastSequence }
    return this.#order(first, next.position()) < 0
  }

  async #readHeads(): Promise<void> {
    const { streams, direction, low, high } = this.#query
    const limit = chunkHeadsPerQuery
    this.#heads = await findChunks(
      this.#db,
      { streams, direction, low, high, limit },
      this.#lastHead,
    )
    this.#lastHead = this.#heads.at(-1)
    this.#allHeadsRead = this.#heads.length < limit
  }

  async #fetch(): Promise<void> {
    let bytes = 0
    const batch: ChunkHead[] = []
    for (const head of this.#heads) {
      if (batch.length === chunksPerFetch || (batch.length > 0 && bytes > chunkBytesPerFetch)) break
      batch.push(head)
      bytes += head.encodedBytes
    }
    this.#fetched = await loadChunks(this.#db, batch)
  }

  #openNext(): void {
    const head = this.#heads.shift() as ChunkHead
    const encoded = this.#fetched.shift()
    // Its stream was deleted since the head was read.
    if (!encoded) return
    this.openedBytes += encoded.byteLength
    const cursor = new ChunkCursor(head, decodeChunk(encoded, head.firstMs), this.#query)
    if (cursor.isInside()) this.#insert(cursor)
  }

  #insert(cursor: ChunkCursor): void {
    const position = cursor.position()
    let from = 0
    let to = this.#open.length
    while (from < to) {
      const middle = (from + to) >> 1
      const other = (this.#open[middle] as ChunkCursor).position()
      if (this.#order(other, position) > 0) from = middle + 1
      else to = middle
    }
    this.#open.splice(from, 0, cursor)
  }

  #order(a: Position, b: Position): number {
    const order = comparePositions(a, b)
    return this.#query.direction === 'forward' ? order : -order
  }
}

/** Walks the events of one chunk that lie between the two positions, in the direction of reading. */
class ChunkCursor {
  readonly #head: ChunkHead
  readonly #chunk: DecodedChunk
  readonly #query: EventQuery
  readonly #step: 1 | -1
  #index: number
  #position: Position

  constructor(head: ChunkHead, chunk: DecodedChunk, query: EventQuery) {
    this.#head = head
    this.#chunk = chunk
    this.#query = query
    this.#step = query.direction === 'forward' ? 1 : -1
    this.#index = query.direction === 'forward' ? 0 : chunk.count - 1
    this.#position = this.#positionAt(this.#index)
    while (this.#isBefore()) this.#move()
  }

  /** Whether it stands at an event that is wanted. */
  isInside(): boolean {
    if (this.#index < 0 || this.#index >= this.#chunk.count) return false
    const { low, high } = this.#query
    return comparePositions(this.#position, low) >= 0 && comparePositions(this.#position, high) < 0
  }

  advance(): boolean {
    this.#move()
    return this.isInside()
  }

  position(): Position {
    return this.#position
  }

  message(): string {
    return this.#chunk.messageAt(this.#index)
  }

  event(message: string): LogEvent {
    const { streamName, ingestionMs } = this.#head
    return { ...this.#position, streamName, ingestionMs, message }
  }

  /** Whether what is wanted of this chunk has still to come. */
  #isBefore(): boolean {
    if (this.#index < 0 || this.#index >= this.#chunk.count) return false
    const { direction, low, high } = this.#query
    return direction === 'forward'
      ? comparePositions(this.#position, low) < 0
      : comparePositions(this.#position, high) >= 0
  }

  #move(): void {
    this.#index += this.#step
    if (this.#index >= 0 && this.#index < this.#chunk.count) {
      this.#position = this.#positionAt(this.#index)
    }
  }

  #positionAt(index: number): Position {
    const { streamId, firstSequence } = this.#head
    return { timestamp: this.#chunk.timeAt(index), streamId, sequence: firstSequence + index }
  }
}
