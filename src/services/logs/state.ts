/** What lambdad knows of log groups, streams and events. Pure: no I/O. */
import type { Scope } from '../../kernel/brand.ts'

export interface LogGroup extends Scope {
  /** 16 hex digits; a group that is deleted and made again has another one. */
  readonly id: string
  readonly name: string
  readonly createdMs: number
  /** UTF-8 bytes of its events' messages and 26 for each event. */
  readonly storedBytes: number
}

export interface LogStream {
  /** 16 hex digits, never all zero; a stream that is deleted and made again has another one. */
  readonly id: string
  readonly groupId: string
  readonly name: string
  readonly createdMs: number
  /** Undefined while it has no events. */
  readonly events:
    | {
        readonly firstMs: number
        readonly lastMs: number
        readonly lastIngestionMs: number
      }
    | undefined
  /** Of the next event: counts the stream's events since its beginning. */
  readonly nextSequence: number
  readonly storedBytes: number
}

/** Events of one stream that were stored together, sorted by time. */
export interface Chunk {
  readonly count: number
  /** Of its first and last event; no further apart than `chunkSpanMsMax`. */
  readonly firstMs: number
  readonly lastMs: number
  /** As AWS counts: UTF-8 bytes of the messages and 26 for each event. */
  readonly bytes: number
  readonly encoded: Uint8Array
}

/** A stored chunk as the index knows it. */
export interface ChunkHead {
  readonly streamId: string
  readonly streamName: string
  readonly firstMs: number
  readonly lastMs: number
  readonly firstSequence: number
  readonly lastSequence: number
  readonly ingestionMs: number
  readonly encodedBytes: number
}

export interface LogEvent {
  readonly streamId: string
  readonly streamName: string
  readonly timestamp: number
  readonly sequence: number
  readonly ingestionMs: number
  readonly message: string
}
