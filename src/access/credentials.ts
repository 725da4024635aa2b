/**
 * Access keys: whose they are, and the secret their signatures are verified with.
 *
 * It verifies nothing (authenticator.ts does) and knows no policies. Invariant: a key that was deleted through
 * this object is not found by it again; one deleted on another node is forgotten within `cachedMs`. Secrets leave
 * this room in two ways: to whoever creates a key, and to the authenticator.
 */
import { createHash, randomBytes } from 'node:crypto'

import { partitionOf } from '../kernel/arn.ts'
import { assert } from '../kernel/assert.ts'
import type { AccountId } from '../kernel/brand.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Principal } from '../kernel/operation.ts'
import type { Store } from '../store/store.ts'
import { KeyChanges, type KeyDescription, describeKey, newKey, rowOf } from './key-changes.ts'
import { LastUses } from './last-uses.ts'
import { cachedKeysMax, cachedMs, expiredKeptMs, lentKeysMax } from './limits.ts'
import type { SecretBox } from './secret-box.ts'
import type { AccessKeyRow, AccessTables, DbOf } from './tables.ts'
import {
  deleteAccessKey,
  deleteKeysExpiredBefore,
  findAccessKey,
  findLastingKey,
  insertAccessKey,
  listLastingKeys,
} from './tables.ts'

/** A key as the authenticator needs it. */
export interface AccessKey {
  readonly secret: string
  readonly principal: Principal
  /** Set for temporary keys only, both. */
  readonly sessionTokenSha256: string | undefined
  readonly expiresAtMs: number | undefined
  /** Its owner may switch a key off, and on again. */
  readonly active: boolean
  readonly session: KeySession | undefined
}

/** What a temporary key was given beside its principal. Session policies are kept, not evaluated yet. */
export interface KeySession {
  readonly sourceIdentity?: string
  readonly tags?: Readonly<Record<string, string>>
  readonly transitiveTagKeys?: readonly string[]
  readonly policy?: string
  readonly policyArns?: readonly string[]
}

/** Who a new key is for. */
export interface KeyOwner {
  readonly account: AccountId
  readonly principalArn: string
  readonly userId: string
}

/** What only its creator gets to see. */
export interface NewAccessKey {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export interface NewTemporaryKey extends NewAccessKey {
  readonly sessionToken: string
  readonly expiresAtMs: number
}

/** A key that was lent: whose it is, is found out when it is first used. */
interface LentKey {
  readonly expiresAtMs: number
  key(): AccessKey | Promise<AccessKey>
}

/** The root user of an account, as STS reports it. */
export function rootOf(account: AccountId, region = ''): KeyOwner {
  const principalArn = `arn:${partitionOf(region)}:iam::${account}:root`
  return { account, principalArn, userId: account }
}

/** The plain form of a token is its holder's alone. */
export function sessionTokenSha256(token: string): string {
  return createHash('sha256').update(token).digest('hex')
}

export class Credentials {
  readonly #store: Store
  readonly #box: SecretBox
  readonly #clock: Clock
  readonly #cache = new Map<string, { readonly key: AccessKey; readonly untilMs: number }>()
  readonly #loading = new Map<string, Promise<AccessKey | undefined>>()
  readonly #lent = new Map<string, LentKey>()
  readonly #lastUses: LastUses

  constructor(store: Store, box: SecretBox, clock: Clock) {
    this.#store = store
    this.#box = box
    this.#clock = clock
    this.#lastUses = new LastUses(store, clock)
  }

  /**
   * Synchronous while the key is remembered: a busy client costs one query every `cachedMs`.
   * @returns undefined when there is no such key; also for expired ones that were cleared away.
   */
  find(accessKeyId: string): AccessKey | undefined | Promise<AccessKey | undefined> {
    const lent = this.#lent.get(accessKeyId)
    if (lent) return lent.key()
    const cached = this.#cache.get(accessKeyId)
    if (cached !== undefined && this.#clock.monotonicMs() < cached.untilMs) return cached.key
    // No stored key looks otherwise, and a query for anything at all would be the caller's to choose.
    if (!accessKeyIdPattern.test(accessKeyId)) return undefined
    return this.#loading.get(accessKeyId) ?? this.#load(accessKeyId)
  }

  #load(accessKeyId: string): Promise<AccessKey | undefined> {
    const loading = this.#read(accessKeyId).then(
      (key) => {
        // Not remembered when a deletion came in between: it has dropped this entry.
        if (this.#settled(accessKeyId, loading) && key !== undefined) this.#remember(key)
        return key
      },
      (error: unknown) => {
        this.#settled(accessKeyId, loading)
        throw error
      },
    )
    this.#loading.set(accessKeyId, loading)
    return loading
  }

  /** Whether nothing has ended this loading before. */
  #settled(accessKeyId: string, loading: Promise<AccessKey | undefined>): boolean {
    return this.#loading.get(accessKeyId) === loading && this.#loading.delete(accessKeyId)
  }

  async #read(accessKeyId: string): Promise<AccessKey | undefined> {
    const row = await findAccessKey(this.#store.reader<AccessTables>(), accessKeyId)
    return row && this.#keyOf(row)
  }

  #keyOf(row: AccessKeyRow): AccessKey {
    return {
      secret: this.#box.open(row.secret, row.access_key_id),
      principal: {
        account: row.account as AccountId,
        arn: row.principal_arn,
        userId: row.user_id,
        accessKeyId: row.access_key_id,
      },
      sessionTokenSha256: row.session_token_sha256 ?? undefined,
      expiresAtMs: row.expires_at_ms === null ? undefined : Number(row.expires_at_ms),
      active: row.active === 1,
      session: row.session === null ? undefined : (JSON.parse(row.session) as KeySession),
    }
  }

  #remember(key: AccessKey): void {
    const { accessKeyId } = key.principal
    this.#cache.delete(accessKeyId)
    if (this.#cache.size >= cachedKeysMax) {
      const oldest = this.#cache.keys().next().value
      if (oldest !== undefined) this.#cache.delete(oldest)
    }
    this.#cache.set(accessKeyId, { key, untilMs: this.#clock.monotonicMs() + cachedMs })
  }

  #forget(accessKeyId: string): void {
    this.#cache.delete(accessKeyId)
    this.#loading.delete(accessKeyId)
  }

  /** A key that lasts until it is deleted: `AKIA...`. Resolves once it is on disk. */
  async create(owner: KeyOwner): Promise<NewAccessKey> {
    const key = newKey('AKIA')
    await this.#store.transaction<AccessTables, void>('ACCESS:CREATE_KEY', (db) =>
      insertAccessKey(db, this.#rowOf(key, owner)),
    )
    return key
  }

  /** A key for a while, `ASIA...`, that is nothing without its session token. Resolves once it is on disk. */
  async createTemporary(
    owner: KeyOwner,
    durationMs: number,
    session?: KeySession,
    tokenCharactersMin = 0,
  ): Promise<NewTemporaryKey> {
    const nowMs = this.#clock.nowMs()
    const sessionToken = newSessionToken(tokenCharactersMin)
    const key = { ...newKey('ASIA'), sessionToken, expiresAtMs: nowMs + durationMs }
    await this.#store.transaction<AccessTables, void>('ACCESS:CREATE_TEMPORARY_KEY', async (db) => {
      await deleteKeysExpiredBefore(db, nowMs - expiredKeptMs)
      await insertAccessKey(db, {
        ...this.#rowOf(key, owner),
        session_token_sha256: sessionTokenSha256(sessionToken),
        expires_at_ms: key.expiresAtMs,
        session: session === undefined ? null : JSON.stringify(session),
      })
    })
    return key
  }

  /**
   * A temporary key that is written nowhere and ends with this process: for what runs on this machine and ends with
   * it, too. At once, where `createTemporary` waits for the disk.
   * @param ownerOf asked when the key is first used, and again if that fails.
   */
  lend(ownerOf: () => Promise<KeyOwner>, durationMs: number): NewTemporaryKey {
    const nowMs = this.#clock.nowMs()
    for (const [id, { expiresAtMs }] of this.#lent) {
      // Oldest first.
      if (expiresAtMs + expiredKeptMs > nowMs && this.#lent.size < lentKeysMax) break
      this.#lent.delete(id)
    }
    const sessionToken = newSessionToken()
    const lent = { ...newKey('ASIA'), sessionToken, expiresAtMs: nowMs + durationMs }
    this.#lent.set(lent.accessKeyId, lentKey(lent, ownerOf))
    return lent
  }

  /** What may be told of a stored key; undefined when there is none. */
  async describe(accessKeyId: string): Promise<KeyDescription | undefined> {
    const row = await findAccessKey(this.#store.reader<AccessTables>(), accessKeyId)
    return row && describeKey(row)
  }

  /** The lasting keys of a user, by their unique id, the oldest first. */
  async list(userId: string): Promise<KeyDescription[]> {
    const rows = await listLastingKeys(this.#store.reader<AccessTables>(), userId)
    return rows.map(describeKey)
  }

  /**
   * A transaction on the caller's tables that changes keys along with them: a user and their keys are made and
   * deleted together, or not at all. See `Store.transaction`.
   */
  async change<Tables, Result>(
    label: string,
    body: (db: DbOf<Tables>, keys: KeyChanges) => Promise<Result>,
  ): Promise<Result> {
    const touched = new Set<string>()
    const result = await this.#store.transaction<AccessTables, Result>(label, (db) =>
      // One connection, two views of it: each room sees its own tables.
      body(
        db as unknown as DbOf<Tables>,
        new KeyChanges(db, this.#box, this.#clock.nowMs(), touched),
      ),
    )
    for (const accessKeyId of touched) this.#forget(accessKeyId)
    return result
  }

  /** Notes that a key was used, behind and not for every use. Never waits, never throws. */
  noteUse(key: AccessKey, service: string, region: string): void {
    if (key.expiresAtMs === undefined) {
      this.#lastUses.note(key.principal.accessKeyId, service, region)
    }
  }

  #rowOf(key: NewAccessKey, owner: KeyOwner): AccessKeyRow {
    return rowOf(key, owner, this.#box, this.#clock.nowMs())
  }

  /** Does nothing when it is not there. Once it resolves, the key opens nothing on this node. */
  async delete(accessKeyId: string): Promise<void> {
    await this.#store.transaction<AccessTables, void>('ACCESS:DELETE_KEY', (db) =>
      deleteAccessKey(db, accessKeyId),
    )
    this.#forget(accessKeyId)
  }

  /**
   * The root key of an account: the one there is, or a new one. For `app` at start, which tells the operator.
   * @param wanted the operator's own choice; it replaces what was stored under that id.
   */
  async ensureRootCredential(account: AccountId, wanted?: NewAccessKey): Promise<NewAccessKey> {
    const owner = rootOf(account)
    const valid = wanted === undefined || accessKeyIdPattern.test(wanted.accessKeyId)
    assert(valid, 'an access key id has 1 to 128 letters, digits and underscores')
    const key = await this.#store.transaction<AccessTables, NewAccessKey>(
      'ACCESS:ENSURE_ROOT_KEY',
      async (db) => {
        if (wanted !== undefined) await deleteAccessKey(db, wanted.accessKeyId)
        else {
          const row = await findLastingKey(db, owner.principalArn)
          if (row !== undefined) {
            const secretAccessKey = this.#box.open(row.secret, row.access_key_id)
            return { accessKeyId: row.access_key_id, secretAccessKey }
          }
        }
        const made = wanted ?? newKey('AKIA')
        await insertAccessKey(db, this.#rowOf(made, owner))
        return made
      },
    )
    this.#forget(key.accessKeyId)
    return key
  }
}

const sessionTokenBytes = 96
/** IAM's own have 16 to 128 characters; an operator may choose a shorter one. */
const accessKeyIdPattern = /^\w{1,128}$/

/** Base 64 says three bytes in four characters. */
function newSessionToken(charactersMin = 0): string {
  const bytes = Math.max(sessionTokenBytes, Math.ceil(charactersMin / 4) * 3)
  return randomBytes(bytes).toString('base64')
}

function lentKey(lent: NewTemporaryKey, ownerOf: () => Promise<KeyOwner>): LentKey {
  const { accessKeyId, secretAccessKey: secret, expiresAtMs } = lent
  const tokenSha256 = sessionTokenSha256(lent.sessionToken)
  let key: AccessKey | Promise<AccessKey> | undefined
  const make = ({ account, principalArn, userId }: KeyOwner): AccessKey => ({
    secret,
    principal: { account, arn: principalArn, userId, accessKeyId },
    sessionTokenSha256: tokenSha256,
    expiresAtMs,
    active: true,
    session: undefined,
  })
  return {
    expiresAtMs,
    key: () =>
      (key ??= ownerOf().then(
        (owner) => (key = make(owner)),
        (error: unknown) => {
          key = undefined
          throw error
        },
      )),
  }
}
