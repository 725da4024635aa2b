/**
 * Who makes a request: two answers to that, `--auth off` and `--auth on`.
 *
 * It asks nothing about what they may do (authorizer.ts). Invariant of `on`: whoever is returned holds the secret
 * of that access key and signed this very request. `off` believes everybody: any access key will do, and one of
 * twelve digits is that account. Called by the gateway for every request, so `off` is synchronous and makes one
 * short-lived object; `on` is synchronous while the key is remembered. Read next: credentials.ts.
 */
import { timingSafeEqual } from 'node:crypto'

import type { AccountId, Region } from '../kernel/brand.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Principal } from '../kernel/operation.ts'
import type {
  ChunkSigning,
  SignedCredential,
  SignedRequest,
  Signatures,
  SigningTarget,
} from '../kernel/signatures.ts'
import type { AccessKey, Credentials } from './credentials.ts'
import { rootOf, sessionTokenSha256 } from './credentials.ts'
import { openIdentitiesMax } from './limits.ts'

export interface Identity {
  readonly principal: Principal
  /** From the credential's scope. */
  readonly region: Region
  /** For a signed aws-chunked body: what its chunks are verified with. Undefined with `--auth off`. */
  readonly chunkSigning: ChunkSigning | undefined
}

export interface Authenticator {
  /**
   * @param request with its whole body, but for S3: there the body may still be to come, and is to be held to
   *   `x-amz-content-sha256` while it is read.
   * @throws ServiceError (or rejects with it) in AWS's words, when the request is anonymous, malformed, out of
   *   its time, or not signed by who it says.
   */
  authenticate(request: SignedRequest, target: SigningTarget): Identity | Promise<Identity>
}

const defaultAccount = '000000000000' as AccountId
const defaultRegion = 'us-east-1' as Region

/**
 * `--auth off`. Who sends a key that was made here (a user's, a role session's, a function's) is known for what
 * they are, so that a script that assumes a role is that role; it just need not prove it.
 */
export class OpenAuthenticator implements Authenticator {
  readonly #signatures: Signatures
  readonly #credentials: Credentials | undefined
  /** Credential text -> who that is. A client sends the same text all day. */
  readonly #known = new Map<string, Identity>()

  constructor(signatures: Signatures, credentials?: Credentials) {
    this.#signatures = signatures
    this.#credentials = credentials
  }

  authenticate(request: SignedRequest, target: SigningTarget): Identity | Promise<Identity> {
    const credential = this.#signatures.parse(request, target)
    if (credential === undefined) return anonymous
    return this.#known.get(credential.text) ?? this.#resolve(credential, target)
  }

  #resolve(credential: SignedCredential, target: SigningTarget): Identity | Promise<Identity> {
    checkRegion(this.#signatures, credential, target)
    const { accessKeyId } = credential
    const key = madeHere.test(accessKeyId) ? this.#credentials?.find(accessKeyId) : undefined
    if (!(key instanceof Promise)) return this.#identify(credential, target, key)
    return key.then((found) => this.#identify(credential, target, found))
  }

  #identify(
    credential: SignedCredential,
    target: SigningTarget,
    key: AccessKey | undefined,
  ): Identity {
    const { accessKeyId } = credential
    const region = credential.region as Region
    if (key) {
      this.#credentials?.noteUse(key, target.service, region)
      return { principal: key.principal, region, chunkSigning: undefined }
    }
    const account = /^\d{12}$/.test(accessKeyId) ? (accessKeyId as AccountId) : defaultAccount
    const identity = openIdentity(account, accessKeyId, region)
    if (this.#known.size >= openIdentitiesMax) this.#known.clear()
    this.#known.set(credential.text, identity)
    return identity
  }
}

/** The form of the keys that lambdad makes. Nothing else is looked up, and a key of AWS's own only once. */
const madeHere = /^A[KS]IA[A-Z2-7]{16}$/

function openIdentity(account: AccountId, accessKeyId: string, region: Region): Identity {
  const { principalArn, userId } = rootOf(account, region)
  const principal = { account, arn: principalArn, userId, accessKeyId }
  return { principal, region, chunkSigning: undefined }
}

const anonymous = openIdentity(defaultAccount, '', defaultRegion)

/** `--auth on`. */
export class VerifyingAuthenticator implements Authenticator {
  readonly #signatures: Signatures
  readonly #credentials: Credentials
  readonly #clock: Clock

  constructor(signatures: Signatures, credentials: Credentials, clock: Clock) {
    this.#signatures = signatures
    this.#credentials = credentials
    this.#clock = clock
  }

  authenticate(request: SignedRequest, target: SigningTarget): Identity | Promise<Identity> {
    const credential = this.#signatures.parse(request, target)
    if (credential === undefined) throw this.#signatures.refusals.missingToken(target)
    checkRegion(this.#signatures, credential, target)
    // Before the key is looked up: what is stale or malformed never costs a query.
    this.#signatures.check(request, credential, target, this.#clock.nowMs())
    const key = this.#credentials.find(credential.accessKeyId)
    if (!(key instanceof Promise)) return this.#verify(request, credential, target, key)
    return key.then((found) => this.#verify(request, credential, target, found))
  }

  #verify(
    request: SignedRequest,
    credential: SignedCredential,
    target: SigningTarget,
    key: AccessKey | undefined,
  ): Identity {
    const { refusals } = this.#signatures
    if (key === undefined || !key.active) throw refusals.unknownKey(target, credential.accessKeyId)
    if (!isTokenOf(key, credential.sessionToken)) {
      throw refusals.invalidToken(target, credential.accessKeyId)
    }
    if (key.expiresAtMs !== undefined && key.expiresAtMs <= this.#clock.nowMs()) {
      throw refusals.expiredToken(target)
    }
    const chunkSigning = this.#signatures.verify(request, credential, target, key.secret)
    this.#credentials.noteUse(key, target.service, credential.region)
    return { principal: key.principal, region: credential.region as Region, chunkSigning }
  }
}

/** A lasting key has no token, and a request that sends one with it is refused, as AWS refuses it. */
function isTokenOf(key: AccessKey, token: string | undefined): boolean {
  if (key.sessionTokenSha256 === undefined || token === undefined) {
    return key.sessionTokenSha256 === undefined && token === undefined
  }
  const sent = Buffer.from(sessionTokenSha256(token))
  return timingSafeEqual(sent, Buffer.from(key.sessionTokenSha256))
}

/** Regions become parts of names and keys everywhere: nothing but what looks like one gets in. */
function checkRegion(
  signatures: Signatures,
  credential: SignedCredential,
  target: SigningTarget,
): void {
  if (/^[a-z][a-z0-9-]{1,31}$/.test(credential.region)) return
  throw signatures.refusals.invalidRegion(target, credential.region.slice(0, 64))
}
