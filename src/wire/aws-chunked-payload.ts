/**
 * The body of an S3 request as the service wants it: decoded, counted, and held to what `x-amz-content-sha256` says.
 *
 * Invariant: only the end of a stream proves it. What was read before that may be another's. Called by the gateway,
 * with what access's authenticator returned. Read next: aws-chunked.ts.
 */
import { createHash, hash } from 'node:crypto'

import type { ChunkSigning } from '../kernel/signatures.ts'
import { missingLength, tooLarge, trailerMalformed } from './aws-chunked-errors.ts'
import type { AwsChunkedOptions } from './aws-chunked.ts'
import { decodeAwsChunked, decodeAwsChunkedBytes } from './aws-chunked.ts'
import type { Payload } from './sigv4/payload.ts'
import { checkSha256, parsePayload } from './sigv4/payload.ts'

type Headers = Readonly<Record<string, string | string[] | undefined>>

export interface OpenPayloadOptions {
  /** From access's authenticator: verifies chunk signatures. Undefined with `--auth off`. */
  readonly signing: ChunkSigning | undefined
  /** More data than this is refused with EntityTooLarge. */
  readonly bytesMax: number
}

/**
 * A body that is still to come.
 * @throws ServiceError, at once or while it is read: XAmzContentSHA256Mismatch, EntityTooLarge,
 *   MissingContentLength, InvalidRequest, and what `AwsChunkedDecoder` throws.
 */
export function openPayload(
  source: AsyncIterable<Uint8Array>,
  headers: Headers,
  options: OpenPayloadOptions,
): AsyncIterable<Uint8Array> {
  const payload = payloadOf(headers)
  if (payload?.kind === 'chunked') {
    const chunked = chunkedOptions(headers, payload, options)
    return decodeAwsChunked(source, chunked)
  }
  return counted(source, options.bytesMax, payload?.kind === 'hash' ? payload.sha256 : undefined)
}

/** As `openPayload`, for a body that is all there. What it returns is proven. */
export function readPayload(
  body: Uint8Array,
  headers: Headers,
  options: OpenPayloadOptions,
): Uint8Array {
  const payload = payloadOf(headers)
  if (payload?.kind === 'chunked') {
    return decodeAwsChunkedBytes(body, chunkedOptions(headers, payload, options))
  }
  if (body.length > options.bytesMax) throw tooLarge(body.length, options.bytesMax)
  if (payload?.kind === 'hash') checkSha256(payload.sha256, hash('sha256', body, 'hex'))
  return body
}

function payloadOf(headers: Headers): Payload | undefined {
  const value = headers['x-amz-content-sha256']
  return typeof value === 'string' ? parsePayload(value) : undefined
}

/** Options for a chunked body, from the headers of its request. */
function chunkedOptions(
  headers: Headers,
  payload: { readonly signed: boolean; readonly trailer: boolean },
  options: OpenPayloadOptions,
): AwsChunkedOptions {
  const length = headers['x-amz-decoded-content-length']
  if (typeof length !== 'string' || !/^\d{1,15}$/.test(length)) {
    throw missingLength()
  }
  const decodedLength = Number(length)
  if (decodedLength > options.bytesMax) throw tooLarge(decodedLength, options.bytesMax)
  const names = headers['x-amz-trailer']
  const announced = typeof names === 'string' ? names.toLowerCase().split(/[ \t]*,[ \t]*/) : []
  if (payload.trailer && announced.length === 0) throw trailerMalformed()
  return {
    signed: payload.signed,
    signing: options.signing,
    trailers: payload.trailer ? announced : undefined,
    decodedLength,
  }
}

async function* counted(
  source: AsyncIterable<Uint8Array>,
  bytesMax: number,
  sha256: string | undefined,
): AsyncGenerator<Uint8Array, void, undefined> {
  const running = sha256 === undefined ? undefined : createHash('sha256')
  let bytes = 0
  for await (const piece of source) {
    bytes += piece.length
    if (bytes > bytesMax) throw tooLarge(bytes, bytesMax)
    running?.update(piece)
    yield piece
  }
  if (sha256 !== undefined && running !== undefined) checkSha256(sha256, running.digest('hex'))
}
