/** What lambdad knows of log groups, streams and events. Pure: no I/O. */
import type { Scope } from '../../kernel/brand.ts'

export interface LogGroup extends Scope {
  /** 16 hex digits; a group that is deleted and made again has another one. */
  readonly id: string
  readonly name: string
  readonly createdMs: number
  /** UTF-8 bytes of its events' messages and 26 for each event. */
  readonly storedBytes: number
  /** How old its events may become; undefined when they do not expire. */
  readonly retentionDays: number | undefined
  readonly logGroupClass: LogGroupClass
  /** It and its streams cannot be deleted. */
  readonly isProtected: boolean
  readonly metricFilterCount: number
}

/** Those that lambdad keeps. */
export type LogGroupClass = 'STANDARD' | 'INFREQUENT_ACCESS' | 'ESSENTIALS'

/** Events before this time have expired, Unix epoch ms; 0 when they do not expire. */
export function expiredBefore(group: LogGroup, nowMs: number): number {
  return group.retentionDays === undefined ? 0 : Math.max(0, nowMs - group.retentionDays * dayMs)
}

const dayMs = 24 * 3_600_000

export interface LogStream {
  /** 16 hex digits, never all zero; a stream that is deleted and made again has another one. */
  readonly id: string
  readonly groupId: string
  readonly name: string
  readonly createdMs: number
  /** Made for a function, not by CreateLogStream: it goes with the last of its events, and comes back with the next. */
  readonly isAutomatic: boolean
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
