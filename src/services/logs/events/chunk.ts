/**
 * How the events of one stream become chunks, and come back.
 *
 * A chunk's bytes:  uint32 count | count x uint32 ms since its first event | count x uint32 length | text
 * little-endian; lengths are UTF-16 units of the text, which is all messages in UTF-8 without a separator.
 *
 * It is encoded on the main thread, 60,000 lines a second in a benchmark, so it is one join and one UTF-8
 * pass: 0.16 us an event of 110 characters, where JSON.stringify took 0.33 and varints around single writes
 * 0.24. Compressing on the thread pool was measured and rejected: a chunk is what one flush has of one stream,
 * often a few KB, and zstd at level 1 took 2.5 us of CPU an event in chunks of 60 events (deflate 3.4), several
 * times everything else together, to save a factor of 3.6 of disk.
 * Called by sink.ts and PutLogEvents; read by read-events.ts.
 */
import { Buffer } from 'node:buffer'
import { endianness } from 'node:os'
import { assert } from '../../../kernel/assert.ts'
import { chunkBytesMax, chunkSpanMsMax, eventOverheadBytes } from '../limits.ts'
import type { Chunk } from '../state.ts'

// The header is a typed array's memory.
assert(endianness() === 'LE', 'chunks of log events are little-endian, as this processor is not')

/** What a chunk has beside its text. */
export const headerBytes = 4
export const headerBytesPerEvent = 8

/**
 * Sorts by time, keeping the order of arrival among equals, and cuts so that each chunk keeps to
 * `chunkSpanMsMax` and `chunkBytesMax`.
 * @param times Unix epoch ms, of the message with the same index.
 */
export function encodeChunks(times: readonly number[], messages: readonly string[]): Chunk[] {
  assert(times.length === messages.length, 'every log event has its time')
  const order = timeOrder(times)
  const sortedTimes = order ? order.map((index) => times[index] as number) : times
  const sortedMessages = order ? order.map((index) => messages[index] as string) : messages
  const chunks: Chunk[] = []
  let from = 0
  let chars = 0
  for (let index = 0; index < sortedTimes.length; index += 1) {
    const length = (sortedMessages[index] as string).length
    const isFull =
      chars + length > chunkBytesMax ||
      (sortedTimes[index] as number) - (sortedTimes[from] as number) > chunkSpanMsMax
    if (index > from && isFull) {
      chunks.push(encode(sortedTimes, sortedMessages, from, index))
      from = index
      chars = 0
    }
    chars += length
  }
  if (from < sortedTimes.length) {
    chunks.push(encode(sortedTimes, sortedMessages, from, sortedTimes.length))
  }
  return chunks
}

/** Undefined when the times are in order already, as they nearly always are. */
function timeOrder(times: readonly number[]): number[] | undefined {
  for (let index = 1; index < times.length; index += 1) {
    if ((times[index] as number) < (times[index - 1] as number)) {
      const order = Array.from(times, (_, position) => position)
      return order.toSorted((a, b) => (times[a] as number) - (times[b] as number))
    }
  }
  return undefined
}

function encode(
  times: readonly number[],
  messages: readonly string[],
  from: number,
  to: number,
): Chunk {
  const count = to - from
  const firstMs = times[from] as number
  const header = new Uint32Array(1 + 2 * count)
  header[0] = count
  for (let index = 0; index < count; index += 1) {
    header[1 + index] = (times[from + index] as number) - firstMs
    header[1 + count + index] = (messages[from + index] as string).length
  }
  const isAll = count === messages.length
  const text = (isAll ? messages : messages.slice(from, to)).join('')
  const textBytes = Buffer.byteLength(text)
  const encoded = new Uint8Array(header.byteLength + textBytes)
  encoded.set(new Uint8Array(header.buffer))
  Buffer.from(encoded.buffer).write(text, header.byteLength)
  return {
    count,
    firstMs,
    lastMs: times[to - 1] as number,
    bytes: textBytes + count * eventOverheadBytes,
    encoded,
  }
}

export interface DecodedChunk {
  readonly count: number
  /** Unix epoch ms of the event at `index`. */
  timeAt(index: number): number
  messageAt(index: number): string
}

/** @param firstMs as the chunk was stored with. */
export function decodeChunk(encoded: Uint8Array, firstMs: number): DecodedChunk {
  const { buffer, byteOffset, byteLength } = encoded
  const count = new DataView(buffer, byteOffset, byteLength).getUint32(0, true)
  const textFrom = headerBytes + headerBytesPerEvent * count
  assert(textFrom <= byteLength, 'a chunk of log events is longer than its header')
  // A copy: typed arrays want their memory aligned.
  const header = new Uint32Array(buffer.slice(byteOffset + headerBytes, byteOffset + textFrom))
  const text = Buffer.from(buffer, byteOffset, byteLength).toString('utf8', textFrom)
  const ends = new Uint32Array(count)
  let end = 0
  for (let index = 0; index < count; index += 1) {
    end += header[count + index] as number
    ends[index] = end
  }
  assert(end === text.length, 'the messages of a chunk are all of its text')
  return {
    count,
    timeAt: (index) => firstMs + (header[index] as number),
    messageAt: (index) => text.slice(index === 0 ? 0 : ends[index - 1], ends[index]),
  }
}
