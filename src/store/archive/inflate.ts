/**
 * The contents of one entry, piece by piece. What comes out is never more than the entry claims, so that a
 * bomb ends where its lie begins, and a piece at a time is all there is in memory. zlib works on libuv's
 * threads, but for small entries, which take less of this one than handing them over does.
 */
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib'
import type { InflateRaw } from 'node:zlib'

import { ArchiveError } from './archive-error.ts'
import type { ArchiveEntry } from './archive-tree.ts'

const pieceBytes = 64 * 1024
/** Inflated within 50 us; a stream of its own would cost more than twice that, all on this thread. */
const smallBytes = 16 * 1024

/** @throws ArchiveError `corrupt`, while iterating: use nothing before the end has been reached. */
export async function* contentsOf(entry: ArchiveEntry): AsyncGenerator<Buffer> {
  let size = 0
  let checksum = 0
  for await (const piece of piecesOf(entry)) {
    size += piece.length
    if (size > entry.size) throw corrupt(entry, 'is larger than it claims')
    checksum = crc32(piece, checksum)
    yield piece
  }
  if (size < entry.size) throw corrupt(entry, 'is smaller than it claims')
  if (checksum !== entry.crc32) throw corrupt(entry, 'has the wrong checksum')
}

function piecesOf(entry: ArchiveEntry): AsyncIterable<Buffer> | Iterable<Buffer> {
  if (!entry.deflated) return stored(entry.data)
  const small = entry.size <= smallBytes && entry.data.length <= smallBytes
  return small ? [inflatedAtOnce(entry)] : inflated(entry)
}

function inflatedAtOnce(entry: ArchiveEntry): Buffer {
  let result: { readonly buffer: Buffer; readonly engine: InflateRaw }
  try {
    // 1 is the least it takes; contentsOf notices the difference.
    const maxOutputLength = Math.max(entry.size, 1)
    // With `info`, which the types do not know, it tells how much of the input it took.
    result = inflateRawSync(entry.data, { maxOutputLength, info: true }) as never
  } catch (error) {
    throw corrupt(entry, error instanceof Error ? error.message : String(error))
  }
  refuseRest(entry, result.engine)
  return result.buffer
}

async function* inflated(entry: ArchiveEntry): AsyncGenerator<Buffer> {
  const inflate = createInflateRaw({ chunkSize: pieceBytes })
  inflate.end(entry.data)
  try {
    for await (const piece of inflate) yield piece as Buffer
  } catch (error) {
    throw corrupt(entry, error instanceof Error ? error.message : String(error))
  }
  refuseRest(entry, inflate)
}

function refuseRest(entry: ArchiveEntry, { bytesWritten }: InflateRaw): void {
  if (bytesWritten !== entry.data.length) throw corrupt(entry, 'is followed by other bytes')
}

function* stored(data: Buffer): Generator<Buffer> {
  for (let start = 0; start < data.length; start += pieceBytes) {
    yield data.subarray(start, start + pieceBytes)
  }
}

function corrupt({ path }: ArchiveEntry, what: string): ArchiveError {
  return new ArchiveError('corrupt', `${path} ${what}`)
}
