/**
 * What functions sign their calls with: keys of their execution role, one for all environments of a function.
 * As on AWS the caller is then the role's session of the function's name. Called by: dataplane, through the port.
 */
import { createHash } from 'node:crypto'
import { parseArn } from '../kernel/arn.ts'
import type { Clock } from '../kernel/clock.ts'
import type { RoleCredentials, Roles, RunnableVersion, SessionKeys } from '../kernel/ports.ts'
import type { Credentials, KeyOwner, NewTemporaryKey } from './credentials.ts'
import { roleKeysLeftMs, roleKeysMs } from './limits.ts'

export class RoleKeys implements RoleCredentials {
  readonly #credentials: Credentials
  readonly #clock: Clock
  readonly #roles: Roles
  /** By function and role. Outdated ones are few: a function that is gone keeps one for hours at most. */
  readonly #keys = new Map<string, NewTemporaryKey>()

  constructor(credentials: Credentials, clock: Clock, roles: Roles) {
    this.#credentials = credentials
    this.#clock = clock
    this.#roles = roles
  }

  keysFor(version: RunnableVersion): SessionKeys {
    const name = `${version.functionArn} ${version.role}`
    const known = this.#keys.get(name)
    if (known && this.#isFresh(known)) return known
    for (const [other, key] of this.#keys) if (!this.#isFresh(key)) this.#keys.delete(other)
    const lent = this.#credentials.lend(() => ownerOf(version, this.#roles), roleKeysMs)
    this.#keys.set(name, lent)
    return lent
  }

  #isFresh(key: NewTemporaryKey): boolean {
    return key.expiresAtMs - this.#clock.nowMs() > roleKeysLeftMs
  }
}

/** Source: IAM user guide, "Unique identifiers"; STS, GetCallerIdentity of an assumed role. */
async function ownerOf(version: RunnableVersion, roles: Roles): Promise<KeyOwner> {
  const { account, role: roleArn, functionName } = version
  const arn = parseArn(roleArn)
  const roleName = arn?.resource.split('/').at(-1) ?? ''
  const role = await roles.find(roleArn)
  return {
    account,
    principalArn: `arn:${arn?.partition ?? 'aws'}:sts::${account}:assumed-role/${roleName}/${functionName}`,
    userId: `${role?.id ?? standInId(roleArn)}:${functionName}`,
  }
}

/** For a role that was never made, as functions may have with `--auth off`: always the same. */
function standInId(roleArn: string): string {
  const digest = createHash('sha256').update(roleArn).digest()
  return `AROA${Array.from(digest.subarray(0, 17), (byte) => base32[byte % 32]).join('')}`
}

const base32 = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
