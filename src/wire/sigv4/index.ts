/**
 * Signature Version 4, the server's side: front door.
 *
 * `createSigV4()` is what `app` hands to access as its `Signatures` port. Read `credential.ts`, then `verify.ts`.
 */
import type { SignedCredential } from './credential.ts'
import { parseCredential } from './credential.ts'
import { expiredToken, invalidRegion, invalidToken, missingToken, unknownKey } from './errors.ts'
import { SigningKeyCache } from './signing-key.ts'
import type { SignedRequest, SigningTarget } from './target.ts'
import type { ChunkSigning } from './verify.ts'
import { checkCredential, verifySignature } from './verify.ts'

export type { SigningTarget } from './target.ts'

interface SigV4 {
  /** @returns undefined when the request is anonymous. @throws ServiceError when it cannot be read. */
  parse(request: SignedRequest, target: SigningTarget): SignedCredential | undefined
  /** @throws ServiceError for what can be refused without a secret: scope, time, unsigned headers. */
  check(
    request: SignedRequest,
    credential: SignedCredential,
    target: SigningTarget,
    nowMs: number,
  ): void
  /** @throws ServiceError when the signature is not this secret's over this request. */
  verify(
    request: SignedRequest,
    credential: SignedCredential,
    target: SigningTarget,
    secret: string,
  ): ChunkSigning | undefined
  /** The refusals that need what only access knows. */
  readonly refusals: {
    missingToken(target: SigningTarget): Error
    invalidRegion(target: SigningTarget, region: string): Error
    unknownKey(target: SigningTarget, accessKeyId: string): Error
    invalidToken(target: SigningTarget, accessKeyId: string): Error
    expiredToken(target: SigningTarget): Error
  }
}

/** One for the process: it holds the signing keys of the day. */
export function createSigV4(keys: SigningKeyCache = new SigningKeyCache()): SigV4 {
  return {
    parse: (request, target) => parseCredential(request, target.dialect),
    check: checkCredential,
    verify: (request, credential, target, secret) =>
      verifySignature(request, credential, target, secret, keys),
    refusals: {
      missingToken: (target) => missingToken(target.dialect),
      invalidRegion: (target, region) => invalidRegion(target.dialect, region),
      unknownKey: (target, accessKeyId) => unknownKey(target.dialect, accessKeyId),
      invalidToken: (target, accessKeyId) => invalidToken(target.dialect, accessKeyId),
      expiredToken: (target) => expiredToken(target.dialect),
    },
  }
}
