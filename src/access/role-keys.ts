/**
 * What functions sign their calls with: keys of their execution role, one for all environments of a function.
 * As on AWS the caller is then the role's session of the function's name. Called by: dataplane, through the port.
 */
import { createHash } from 'node:crypto'
import { parseArn } from '../kernel/arn.ts'
import type { Clock } from '../kernel/clock.ts'
import type { RoleCredentials, RunnableVersion, SessionKeys } from '../kernel/ports.ts'
import type { Credentials, KeyOwner, NewTemporaryKey } from './credentials.ts'
import { roleKeysLeftMs, roleKeysMs } from './limits.ts'

export class RoleKeys implements RoleCredentials {
  readonly #credentials: Credentials
  readonly #clock: Clock
  /** By function and role. Outdated ones are few: a function that is gone keeps one for hours at most. */
  readonly #keys = new Map<string, NewTemporaryKey>()

  constructor(credentials: Credentials, clock: Clock) {
    this.#credentials = credentials
    this.#clock = clock
  }

  keysFor(version: RunnableVersion): SessionKeys {
    const name = `${version.functionArn} ${version.role}`
    const known = this.#keys.get(name)
    if (known && this.#isFresh(known)) return known
    for (const [other, key] of this.#keys) if (!this.#isFresh(key)) this.#keys.delete(other)
    const lent = this.#credentials.lend(ownerOf(version), roleKeysMs)
    this.#keys.set(name, lent)
    return lent
  }

  #isFresh(key: NewTemporaryKey): boolean {
    return key.expiresAtMs - this.#clock.nowMs() > roleKeysLeftMs
  }
}

/** Source: IAM user guide, "Unique identifiers"; STS, GetCallerIdentity of an assumed role. */
function ownerOf({ account, role, functionName }: RunnableVersion): KeyOwner {
  const arn = parseArn(role)
  const roleName = arn?.resource.split('/').at(-1) ?? ''
  // Rooms of services do not meet here, so the role's own id is not known: one that is always the same stands for it.
  const digest = createHash('sha256').update(role).digest()
  const id = Array.from(digest.subarray(0, 17), (byte) => base32[byte % 32]).join('')
  return {
    account,
    principalArn: `arn:${arn?.partition ?? 'aws'}:sts::${account}:assumed-role/${roleName}/${functionName}`,
    userId: `AROA${id}:${functionName}`,
  }
}

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
