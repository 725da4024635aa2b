/**
 * The one order of events: by time, then by stream, then by arrival in the stream.
 *
 * A position is also a number, the event's id, of 56 digits as AWS's are and with the same upper part:
 *
 *   timestamp << 144 | stream id << 64 | sequence
 *
 * so that ids, page tokens and positions are one thing. AWS breaks ties of time by the time of ingestion; by
 * stream keeps what a stream logged in one millisecond together.
 */
export interface Position {
  /** Unix epoch ms. */
  readonly timestamp: number
  /** 16 hex digits; empty in a bound that lies before every stream. */
  readonly streamId: string
  readonly sequence: number
}

const sequenceBits = 64n
const timestampShift = 144n
const streamMask = (1n << (timestampShift - sequenceBits)) - 1n
const sequenceMask = (1n << sequenceBits) - 1n
/** Beyond every event and below what SQL's integers hold, with room to reckon with time spans. */
export const timestampMax = 2 ** 52

/** Before the first event of this time. */
export function startOf(timestampMs: number): Position {
  return { timestamp: Math.min(timestampMs, timestampMax), streamId: '', sequence: 0 }
}

/** After every event. */
export const endOfTime: Position = startOf(timestampMax)

export function comparePositions(a: Position, b: Position): number {
  if (a.timestamp !== b.timestamp) return a.timestamp - b.timestamp
  if (a.streamId !== b.streamId) return a.streamId < b.streamId ? -1 : 1
  return a.sequence - b.sequence
}

export function later(a: Position, b: Position): Position {
  return comparePositions(a, b) < 0 ? b : a
}

export function earlier(a: Position, b: Position): Position {
  return comparePositions(a, b) < 0 ? a : b
}

export function numberOf(position: Position): bigint {
  const { timestamp, streamId, sequence } = position
  return (
    (BigInt(timestamp) << timestampShift) |
    (BigInt(`0x0${streamId}`) << sequenceBits) |
    BigInt(sequence)
  )
}

/** Undefined when it is the number of no position. */
export function positionOf(number: bigint): Position | undefined {
  const timestamp = Number(number >> timestampShift)
  const stream = (number >> sequenceBits) & streamMask
  const sequence = Number(number & sequenceMask)
  if (number < 0n || timestamp > timestampMax || !Number.isSafeInteger(sequence)) return undefined
  const streamId = stream.toString(16).padStart(16, '0')
  return streamId.length === 16 ? { timestamp, streamId, sequence } : undefined
}

/** The id of the event at this position. */
export function eventId(position: Position): string {
  return digitsOf(numberOf(position))
}

export function digitsOf(number: bigint): string {
  return number.toString().padStart(56, '0')
}
