/**
 * Verifies a parsed credential: first what needs no secret (scope, time, which headers are signed), then the
 * signature itself.
 *
 * It does not know whose secret it is given: access looks that up in between. Invariant: returning means that
 * whoever holds the secret signed this method, path, query, these headers and this body, for this service, now.
 * Called by access's authenticator through its `Signatures` port. Chunks of a body that is still to come are
 * verified by `../aws-chunked.ts`, from what `verifySignature` returns.
 */
import { createHmac, hash, timingSafeEqual } from 'node:crypto'

import {
  bytesOf,
  canonicalHeaders,
  canonicalPath,
  canonicalQuery,
  canonicalRequest,
} from './canonical.ts'
import {
  incomplete,
  incompleteQuery,
  mismatch,
  presignedOutOfTime,
  skewed,
  unsignedHeader,
  wrongScope,
} from './errors.ts'
import type {
  ChunkSigning,
  SignedCredential,
  SignedRequest,
  SigningTarget,
} from '../../kernel/signatures.ts'
import { clockSkewMs, signedHeadersMax } from './limits.ts'
import { parsePayload, payloadLine } from './payload.ts'
import type { SigningKeyCache } from './signing-key.ts'
import { headerOf } from './header.ts'
import { parseTimestamp } from './time.ts'

/**
 * Everything that can be refused before a secret is looked up.
 * @throws ServiceError in AWS's words: the wrong service or date in the scope, a signature out of its time,
 *   headers that must be signed and are not.
 */
export function checkCredential(
  request: SignedRequest,
  credential: SignedCredential,
  target: SigningTarget,
  nowMs: number,
): void {
  const { dialect } = target
  const signedMs = parseTimestamp(credential.timestamp)
  if (signedMs === undefined) {
    const shown = credential.timestamp.slice(0, 64)
    const words =
      `Date must be in ISO-8601 'basic format'. Got '${shown}'. ` +
      'See http://en.wikipedia.org/wiki/ISO_8601'
    throw credential.how === 'header'
      ? incomplete(dialect, words)
      : incompleteQuery(
          dialect,
          words,
          "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"",
        )
  }
  checkScope(credential, target)
  checkTime(credential, target, signedMs, nowMs)
  checkSignedHeaders(request, credential, target)
}

/** docs: IAM user guide, "Troubleshoot signed requests"; exact words observed. */
function checkScope(credential: SignedCredential, target: SigningTarget): void {
  const { dialect, service } = target
  if (credential.service !== service) {
    throw wrongScope(
      dialect,
      `Credential should be scoped to correct service: '${service}'. `,
      `incorrect service "${credential.service}". This endpoint belongs to "${service}".`,
    )
  }
  const signedDate = credential.timestamp.slice(0, 8)
  if (credential.date !== signedDate) {
    throw wrongScope(
      dialect,
      'Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP: ' +
        `'${credential.date}' != '${signedDate}', from '${credential.timestamp}'.`,
      'Invalid credential date. Date is not the same as X-Amz-Date.',
    )
  }
}

/**
 * Only S3 heeds X-Amz-Expires: STS and the others let a presigned URL live 15 minutes, whatever it says
 * (observed: EKS signs with 60 seconds and relies on 15 minutes).
 */
function checkTime(
  credential: SignedCredential,
  target: SigningTarget,
  signedMs: number,
  nowMs: number,
): void {
  if (credential.how === 'presigned' && target.dialect === 's3') {
    const endMs = signedMs + (credential.expiresSeconds ?? 0) * 1000
    if (nowMs > endMs || signedMs > nowMs + clockSkewMs) {
      throw presignedOutOfTime(credential, signedMs, nowMs)
    }
    return
  }
  if (Math.abs(nowMs - signedMs) > clockSkewMs) throw skewed(target.dialect, signedMs, nowMs)
}

/**
 * docs: "You must include the host header and any x-amz-* headers in the request." Where a date header gives the
 * time, it too. S3 aside, the session token may be added after signing (observed): it proves itself.
 */
function checkSignedHeaders(
  request: SignedRequest,
  credential: SignedCredential,
  target: SigningTarget,
): void {
  const { dialect } = target
  const names = credential.signedHeaders.split(';')
  for (let index = 0; index < names.length; index += 1) {
    const name = names[index] as string
    const inOrder = index === 0 || (names[index - 1] as string) < name
    if (!/^[a-z0-9!#$%&'*+.^_`|~-]+$/.test(name) || !inOrder || index >= signedHeadersMax) {
      const words =
        "'SignedHeaders' must be lower-case header names in ascending order, separated by semicolons, " +
        `at most ${signedHeadersMax}.`
      throw credential.how === 'header'
        ? incomplete(dialect, words)
        : incompleteQuery(dialect, words)
    }
  }
  if (!names.includes('host')) throw unsignedHeader(dialect, 'host')
  const datedBy = headerOf(request, 'x-amz-date') === undefined ? 'date' : 'x-amz-date'
  if (credential.how === 'header' && !names.includes(datedBy)) {
    throw unsignedHeader(dialect, datedBy)
  }
  for (const name in request.headers) {
    if (!name.startsWith('x-amz-') || request.headers[name] === undefined) continue
    if (name === 'x-amz-security-token' && dialect !== 's3') continue
    if (!names.includes(name)) throw unsignedHeader(dialect, name)
  }
}

/**
 * @param secret the secret access key that belongs to `credential.accessKeyId`.
 * @returns what verifies the chunks of a signed aws-chunked body; undefined for every other body.
 * @throws ServiceError InvalidSignatureException / SignatureDoesNotMatch with the canonical string; for S3 also
 *   what `payloadLine` throws. Call `checkCredential` before.
 */
export function verifySignature(
  request: SignedRequest,
  credential: SignedCredential,
  target: SigningTarget,
  secret: string,
  keys: SigningKeyCache,
): ChunkSigning | undefined {
  const line = payloadLine(request, credential, target)
  const headers = canonicalHeaders(request.headers, credential.signedHeaders.split(';'))
  const presigned = credential.how === 'presigned'
  const canonical = canonicalRequest(
    request.method,
    canonicalPath(request.path, target.dialect === 's3'),
    canonicalQuery(request.query, presigned ? 'X-Amz-Signature' : undefined),
    headers ?? '',
    credential.signedHeaders,
    line,
  )
  const scope = credential.text.slice(credential.accessKeyId.length + 1)
  const hashed = hash('sha256', bytesOf(canonical), 'hex')
  const stringToSign = `AWS4-HMAC-SHA256\n${credential.timestamp}\n${scope}\n${hashed}`
  const signingKey = keys.get(credential, secret)
  const expected = createHmac('sha256', signingKey).update(stringToSign).digest()
  if (headers === undefined || !signatureEquals(expected, credential.signature)) {
    throw mismatch(target.dialect, credential, canonical, stringToSign)
  }
  const payload = target.dialect === 's3' ? parsePayload(line) : undefined
  if (payload?.kind !== 'chunked' || !payload.signed) return undefined
  const { timestamp, signature } = credential
  return { signingKey, timestamp, scope, seedSignature: signature }
}

/** In a time that does not depend on where they differ. */
export function signatureEquals(expected: Uint8Array, hex: string): boolean {
  return /^[0-9a-f]{64}$/.test(hex) && timingSafeEqual(expected, Buffer.from(hex, 'hex'))
}
