/**
 * The chain of signatures through an aws-chunked body: each chunk's covers the one before it, so that none can be
 * changed, left out or moved. Source: docs, S3 API reference, "Signature Calculations for the Authorization
 * Header: Transferring Payload in Multiple Chunks" and "Including Trailing Headers".
 */
import { createHmac, hash } from 'node:crypto'

import type { ChunkSigning } from '../kernel/signatures.ts'
import { chunkMismatch } from './aws-chunked-errors.ts'
import { signatureEquals } from './sigv4/verify.ts'

const emptySha256 = hash('sha256', '', 'hex')

export class ChunkSignatures {
  readonly #signing: ChunkSigning
  #previous: string

  constructor(signing: ChunkSigning) {
    this.#signing = signing
    this.#previous = signing.seedSignature
  }

  /** @param sha256 hex hash of the chunk's data. @throws ServiceError SignatureDoesNotMatch. */
  checkChunk(sha256: string, signature: string): void {
    this.#check('AWS4-HMAC-SHA256-PAYLOAD', `${emptySha256}\n${sha256}`, signature)
  }

  /** @param lines `name:value\n` of each trailer, as sent. @throws ServiceError SignatureDoesNotMatch. */
  checkTrailer(lines: string, signature: string): void {
    const sha256 = hash('sha256', Buffer.from(lines, 'latin1'), 'hex')
    this.#check('AWS4-HMAC-SHA256-TRAILER', sha256, signature)
  }

  #check(algorithm: string, what: string, signature: string): void {
    const { timestamp, scope, signingKey } = this.#signing
    const text = `${algorithm}\n${timestamp}\n${scope}\n${this.#previous}\n${what}`
    const expected = createHmac('sha256', signingKey).update(text).digest()
    if (!signatureEquals(expected, signature)) throw chunkMismatch()
    this.#previous = signature
  }
}
