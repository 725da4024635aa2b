/**
 * What `x-amz-content-sha256` says of a body: its hash, that it is unsigned, or that it comes in aws-chunked
 * pieces. Only S3 reads it so; every other service hashes the body it got. Source: docs, S3 API reference,
 * "Authenticating Requests: Using the Authorization Header".
 */
import { hash } from 'node:crypto'

import type { SignedCredential, SignedRequest, SigningTarget } from '../../kernel/signatures.ts'
import { contentSha256Invalid, contentSha256Mismatch, unsupportedScheme } from './errors.ts'
import { headerOf } from './header.ts'

/** `hash`: the whole body has this SHA-256. `chunked`: aws-chunked, with or without signatures and a trailer. */
export type Payload =
  | { readonly kind: 'unsigned' }
  | { readonly kind: 'hash'; readonly sha256: string }
  | { readonly kind: 'chunked'; readonly signed: boolean; readonly trailer: boolean }

/** What a header value stands for; undefined when it is none of the values S3 knows. */
export function parsePayload(value: string): Payload | undefined {
  switch (value) {
    case 'UNSIGNED-PAYLOAD':
      return unsignedPayload
    case 'STREAMING-UNSIGNED-PAYLOAD-TRAILER':
      return { kind: 'chunked', signed: false, trailer: true }
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD':
      return { kind: 'chunked', signed: true, trailer: false }
    case 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER':
      return { kind: 'chunked', signed: true, trailer: true }
    default:
      return /^[0-9a-f]{64}$/.test(value) ? { kind: 'hash', sha256: value } : undefined
  }
}

const unsignedPayload: Payload = { kind: 'unsigned' }
const noBytes = new Uint8Array(0)

/**
 * The last line of the canonical request. For S3 it also holds a body that is there to the hash it claims.
 * @throws ServiceError XAmzContentSHA256Mismatch, InvalidRequest, InvalidArgument (S3 only).
 */
export function payloadLine(
  request: SignedRequest,
  credential: SignedCredential,
  target: SigningTarget,
): string {
  if (target.dialect !== 's3') return hash('sha256', request.body ?? noBytes, 'hex')
  const value = claimedSha256(request, credential)
  if (value === undefined) throw contentSha256Invalid(undefined)
  if (value.startsWith('STREAMING-AWS4-ECDSA-')) {
    throw unsupportedScheme('s3', 'Signature Version 4A, AWS4-ECDSA-P256-SHA256, is not supported')
  }
  const payload = parsePayload(value)
  if (payload === undefined) throw contentSha256Invalid(value)
  if (payload.kind === 'hash' && request.body !== undefined) {
    checkSha256(payload.sha256, hash('sha256', request.body, 'hex'))
  }
  return value
}

/** The header, else for presigned URLs the parameter of that name, else that the payload is unsigned. */
function claimedSha256(request: SignedRequest, credential: SignedCredential): string | undefined {
  const header = headerOf(request, 'x-amz-content-sha256')
  if (header !== undefined || credential.how === 'header') return header
  for (const pair of request.query.split('&')) {
    if (pair.startsWith('X-Amz-Content-Sha256=')) return pair.slice('X-Amz-Content-Sha256='.length)
  }
  return 'UNSIGNED-PAYLOAD'
}

/** @throws ServiceError XAmzContentSHA256Mismatch. */
export function checkSha256(claimed: string, computed: string): void {
  if (claimed !== computed) throw contentSha256Mismatch(claimed, computed)
}
