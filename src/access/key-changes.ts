/**
 * What a transaction does to stored access keys, see `Credentials.change`. It sees them as IAM does: by their
 * owner's unique id.
 */
import { randomBytes } from 'node:crypto'
import type { AccountId } from '../kernel/brand.ts'
import { randomBase32 } from '../kernel/ids.ts'
import type { KeyOwner, NewAccessKey } from './credentials.ts'
import type { SecretBox } from './secret-box.ts'
import {
  type AccessKeyRow,
  type Db,
  type LastUse,
  deleteAccessKey,
  deleteSessions,
  findAccessKey,
  insertAccessKey,
  listLastingKeys,
  setActive,
  setPrincipalArn,
} from './tables.ts'

/** All that may be told of a key, which its secret is not. */
export interface KeyDescription {
  readonly accessKeyId: string
  readonly account: AccountId
  readonly principalArn: string
  readonly userId: string
  readonly active: boolean
  readonly temporary: boolean
  readonly createdMs: number
  readonly lastUse: LastUse | undefined
}

export class KeyChanges {
  readonly #db: Db
  readonly #box: SecretBox
  readonly #nowMs: number
  readonly #touched: Set<string>

  /** @param touched collects the ids of keys that must be forgotten when the transaction is over. */
  constructor(db: Db, box: SecretBox, nowMs: number, touched: Set<string>) {
    this.#db = db
    this.#box = box
    this.#nowMs = nowMs
    this.#touched = touched
  }

  /** A key that lasts until it is deleted: `AKIA...`. */
  async create(owner: KeyOwner): Promise<NewAccessKey & { readonly createdMs: number }> {
    const key = newKey('AKIA')
    await insertAccessKey(this.#db, rowOf(key, owner, this.#box, this.#nowMs))
    return { ...key, createdMs: this.#nowMs }
  }

  /** The owner's lasting keys, the oldest first. */
  async list(userId: string): Promise<KeyDescription[]> {
    return (await listLastingKeys(this.#db, userId)).map(describeKey)
  }

  async find(accessKeyId: string): Promise<KeyDescription | undefined> {
    const row = await findAccessKey(this.#db, accessKeyId)
    return row && describeKey(row)
  }

  async setActive(accessKeyId: string, active: boolean): Promise<void> {
    this.#touched.add(accessKeyId)
    await setActive(this.#db, accessKeyId, active)
  }

  async delete(accessKeyId: string): Promise<void> {
    this.#touched.add(accessKeyId)
    await deleteAccessKey(this.#db, accessKeyId)
  }

  /** Ends the sessions of a user or a role that is being deleted. */
  async endSessions(uniqueId: string): Promise<void> {
    for (const id of await deleteSessions(this.#db, uniqueId)) this.#touched.add(id)
  }

  /** The owner has another ARN now. */
  async rename(userId: string, principalArn: string): Promise<void> {
    const ids = await setPrincipalArn(this.#db, userId, principalArn)
    for (const id of ids) this.#touched.add(id)
  }
}

export function describeKey(row: AccessKeyRow): KeyDescription {
  const { last_used_at_ms: atMs, last_used_region: region, last_used_service: service } = row
  const used = atMs !== null && region !== null && service !== null
  return {
    accessKeyId: row.access_key_id,
    account: row.account as AccountId,
    principalArn: row.principal_arn,
    userId: row.user_id,
    active: row.active === 1,
    temporary: row.expires_at_ms !== null,
    createdMs: Number(row.created_at_ms),
    lastUse: used ? { atMs: Number(atMs), region, service } : undefined,
  }
}

/** A lasting key's row; a temporary one has more. */
export function rowOf(
  key: NewAccessKey,
  owner: KeyOwner,
  box: SecretBox,
  nowMs: number,
): AccessKeyRow {
  return {
    access_key_id: key.accessKeyId,
    account: owner.account,
    principal_arn: owner.principalArn,
    user_id: owner.userId,
    secret: box.seal(key.secretAccessKey, key.accessKeyId),
    session_token_sha256: null,
    expires_at_ms: null,
    created_at_ms: nowMs,
    active: 1,
    session: null,
    last_used_at_ms: null,
    last_used_region: null,
    last_used_service: null,
  }
}

/** In the shapes AWS's have: 4 letters and 16 of base 32; 40 characters of base 64. */
export function newKey(prefix: 'AKIA' | 'ASIA'): NewAccessKey {
  return {
    accessKeyId: prefix + randomBase32(16),
    secretAccessKey: randomBytes(30).toString('base64'),
  }
}
