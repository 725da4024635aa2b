/**
 * The aws-chunked body encoding of S3 clients: `<hex size>[;chunk-signature=<hex>]\r\n<data>\r\n`, a chunk of size
 * 0, then trailers and an empty line. (HTTP's own chunked transfer encoding lies around it; node:http takes that
 * off.)
 *
 * It streams: data is given on before the signature at the chunk's end, or the checksum at the body's end, is seen.
 * Invariant: when the decoder has ended without throwing, every byte it gave was signed, counted and summed as the
 * client said. So nothing made of the data may become visible before that. Called by aws-chunked-payload.ts.
 * Sources: docs as in aws-chunked-signing.ts; errors in aws-chunked-errors.ts.
 */
import { createHash } from 'node:crypto'
import type { Hash } from 'node:crypto'

import type { ChunkSigning } from '../kernel/signatures.ts'
import type { ServiceError } from '../kernel/errors.ts'
import type { Checksum } from './aws-chunked-checksums.ts'
import { createChecksum } from './aws-chunked-checksums.ts'
import {
  badDigest,
  chunkMismatch,
  chunkTooSmall,
  incompleteBody,
  trailerMalformed,
  trailerUnsupported,
} from './aws-chunked-errors.ts'
import { ChunkSignatures } from './aws-chunked-signing.ts'

/** Ours: 16 hex digits, `;chunk-signature=` and 64 more make 97. */
const headerLineBytesMax = 256
/** Ours: the longest checksum, SHA-512 in base64, has 88 characters. */
const trailerLineBytesMax = 1024
/** Ours: the SDKs send one checksum; a signed body adds its signature. */
const trailersMax = 8
/** docs: "The chunk size must be at least 8 KB", but for the last. */
const chunkBytesMin = 8192

export interface AwsChunkedOptions {
  /** Whether chunks must carry signatures (`STREAMING-AWS4-HMAC-SHA256-PAYLOAD...`). */
  readonly signed: boolean
  /** What verifies them; undefined leaves them unverified, for `--auth off`. */
  readonly signing: ChunkSigning | undefined
  /** Header names announced by `x-amz-trailer`; undefined when the body has no trailer. */
  readonly trailers: readonly string[] | undefined
  /** `x-amz-decoded-content-length`: how many bytes of data there must be. */
  readonly decodedLength: number
}

type State = 'header' | 'data' | 'data-end' | 'trailer' | 'end'

/** One body. Not to be used after it has thrown. */
export class AwsChunkedDecoder {
  readonly #options: AwsChunkedOptions
  readonly #signatures: ChunkSignatures | undefined
  readonly #checksums = new Map<string, Checksum>()
  #state: State = 'header'
  #line = ''
  #chunks = 0
  #chunkBytes = 0
  #chunkLeft = 0
  #chunkSignature = ''
  #chunkHash: Hash | undefined
  #decoded = 0
  #trailerLines = ''
  #blankBeforeTrailers = false
  readonly #trailers = new Map<string, string>()

  /** @throws ServiceError InvalidRequest for a checksum that is not supported. */
  constructor(options: AwsChunkedOptions) {
    this.#options = options
    this.#signatures = options.signing && new ChunkSignatures(options.signing)
    if (options.trailers !== undefined && options.trailers.length > trailersMax)
      throw trailerUnsupported()
    for (const name of options.trailers ?? []) {
      const checksum = createChecksum(name.replace(/^x-amz-checksum-/, ''))
      if (checksum === undefined || !name.startsWith('x-amz-checksum-')) throw trailerUnsupported()
      this.#checksums.set(name, checksum)
    }
  }

  /**
   * Takes the next piece of the encoded body, of any size.
   * @returns the data in it: views into `piece`, in order.
   * @throws ServiceError IncompleteBody, InvalidChunkSizeError, MalformedTrailerError, SignatureDoesNotMatch,
   *   BadDigest.
   */
  push(piece: Uint8Array): Uint8Array[] {
    const data: Uint8Array[] = []
    let at = 0
    while (at < piece.length) {
      if (this.#state === 'data') {
        const part = piece.subarray(at, at + this.#chunkLeft)
        at += part.length
        this.#take(part)
        data.push(part)
      } else {
        at = this.#takeLine(piece, at)
      }
    }
    return data
  }

  /** The source has ended. @throws ServiceError when the body has not. */
  end(): void {
    if (this.#state !== 'end')
      throw this.#state === 'trailer' ? trailerMalformed() : incompleteBody()
  }

  #take(part: Uint8Array): void {
    this.#chunkHash?.update(part)
    for (const checksum of this.#checksums.values()) checksum.update(part)
    this.#chunkLeft -= part.length
    if (this.#chunkLeft === 0) this.#state = 'data-end'
  }

  /** Reads up to and with the next line end; gives the position after it. */
  #takeLine(piece: Uint8Array, at: number): number {
    if (this.#state === 'end') throw incompleteBody()
    const lineFeed = piece.indexOf(0x0a, at)
    const end = lineFeed < 0 ? piece.length : lineFeed
    const max = this.#state === 'trailer' ? trailerLineBytesMax : headerLineBytesMax
    if (this.#line.length + end - at > max) throw this.#malformed()
    this.#line += Buffer.from(piece.buffer, piece.byteOffset + at, end - at).toString('latin1')
    if (lineFeed < 0) return end
    if (!this.#line.endsWith('\r')) throw this.#malformed()
    const line = this.#line.slice(0, -1)
    this.#line = ''
    if (this.#state === 'header') this.#takeHeader(line)
    else if (this.#state === 'data-end') this.#takeDataEnd(line)
    else this.#takeTrailer(line)
    return end + 1
  }

  #malformed(): ServiceError {
    return this.#state === 'trailer' ? trailerMalformed() : incompleteBody()
  }

  #takeHeader(line: string): void {
    const { signed, decodedLength } = this.#options
    const parts = (signed ? signedHeader : unsignedHeader).exec(line)
    if (parts === null) throw incompleteBody()
    const size = Number.parseInt(parts[1] as string, 16)
    this.#chunks += 1
    if (size > 0 && this.#chunks > 1 && this.#chunkBytes < chunkBytesMin) {
      throw chunkTooSmall(this.#chunks, this.#chunkBytes, chunkBytesMin)
    }
    // Before any of it is taken: a chunk is never longer than what the request has said of its body.
    this.#decoded += size
    if (this.#decoded > decodedLength) throw incompleteBody()
    this.#chunkBytes = size
    this.#chunkLeft = size
    this.#chunkSignature = parts[2] ?? ''
    this.#chunkHash = this.#signatures && createHash('sha256')
    if (size > 0) {
      this.#state = 'data'
      return
    }
    this.#checkChunk()
    if (this.#decoded !== decodedLength) throw incompleteBody()
    this.#state = this.#options.trailers === undefined ? 'data-end' : 'trailer'
  }

  #checkChunk(): void {
    if (this.#signatures === undefined || this.#chunkHash === undefined) return
    this.#signatures.checkChunk(this.#chunkHash.digest('hex'), this.#chunkSignature)
  }

  #takeDataEnd(line: string): void {
    if (line !== '') throw incompleteBody()
    if (this.#chunkBytes === 0) {
      this.#state = 'end'
      return
    }
    this.#checkChunk()
    this.#state = 'header'
  }

  #takeTrailer(line: string): void {
    if (line === '') {
      // Some clients end the empty chunk with a line of its own before the trailers, as every other chunk.
      if (this.#trailers.size > 0) this.#finishTrailers()
      else if (this.#blankBeforeTrailers) throw trailerMalformed()
      this.#blankBeforeTrailers = true
      return
    }
    const colon = line.indexOf(':')
    const name = line.slice(0, colon).toLowerCase()
    const known = this.#checksums.has(name) || (this.#options.signed && name === trailerSignature)
    const full = this.#trailers.size >= trailersMax || this.#trailers.has(trailerSignature)
    if (colon < 0 || !known || full || this.#trailers.has(name)) throw trailerMalformed()
    const value = line.slice(colon + 1).replaceAll(blanksAround, '')
    this.#trailers.set(name, value)
    if (name !== trailerSignature) this.#trailerLines += `${name}:${value}\n`
  }

  #finishTrailers(): void {
    const signature = this.#trailers.get(trailerSignature)
    if (this.#options.signed && signature === undefined) throw trailerMalformed()
    if (this.#signatures !== undefined) {
      if (signature === undefined) throw chunkMismatch()
      this.#signatures.checkTrailer(this.#trailerLines, signature)
    }
    for (const [name, checksum] of this.#checksums) {
      const claimed = this.#trailers.get(name)
      if (claimed === undefined) throw trailerMalformed()
      if (claimed !== checksum.digest()) throw badDigest(name)
    }
    this.#state = 'end'
  }
}

const trailerSignature = 'x-amz-trailer-signature'
/** RFC 9110, 5.6.3: only these are blanks; trim() would take a form feed and U+00A0 off as well. */
const blanksAround = /^[ \t]+|[ \t]+$/g
// 13 digits are 4.5 PB: every size stays an exact number.
const unsignedHeader = /^0{0,3}([0-9a-fA-F]{1,13})$/
const signedHeader = /^0{0,3}([0-9a-fA-F]{1,13});chunk-signature=([0-9a-f]{64})$/

/** Decodes a stream. Stops the source when the body is broken or the caller stops. */
export async function* decodeAwsChunked(
  source: AsyncIterable<Uint8Array>,
  options: AwsChunkedOptions,
): AsyncGenerator<Uint8Array, void, undefined> {
  const decoder = new AwsChunkedDecoder(options)
  for await (const piece of source) yield* decoder.push(piece)
  decoder.end()
}

/** Decodes a whole body. */
export function decodeAwsChunkedBytes(body: Uint8Array, options: AwsChunkedOptions): Uint8Array {
  const decoder = new AwsChunkedDecoder(options)
  const data = decoder.push(body)
  decoder.end()
  return data.length === 1 ? (data[0] as Uint8Array) : Buffer.concat(data)
}
