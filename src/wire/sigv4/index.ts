/**
 * Signature Version 4, the server's side: front door.
 *
 * `createSigV4()` is what `app` hands to access as its `Signatures` port. Read `credential.ts`, then `verify.ts`.
 */
import type { Signatures } from '../../kernel/signatures.ts'
import { parseCredential } from './credential.ts'
import { expiredToken, invalidRegion, invalidToken, missingToken, unknownKey } from './errors.ts'
import { SigningKeyCache } from './signing-key.ts'
import { checkCredential, verifySignature } from './verify.ts'

/** One for the process: it holds the signing keys of the day. */
export function createSigV4(keys: SigningKeyCache = new SigningKeyCache()): Signatures {
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
