import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

import type { AccountId } from '../kernel/brand.ts'
import type { Clock } from '../kernel/clock.ts'
import { silentLog } from '../kernel/log.ts'
import { systemClock } from '../kernel/clock.ts'
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts'
import type { Store } from '../store/store.ts'
import { Credentials, rootOf, sessionTokenSha256 } from './credentials.ts'
import { cachedKeysMax, cachedMs, expiredKeptMs } from './limits.ts'
import { SealError, SecretBox } from './secret-box.ts'
import type { AccessTables } from './tables.ts'
import { accessMigrations } from './tables.ts'

const account = '123456789012' as AccountId
const owner = rootOf(account)
const box = new SecretBox(Buffer.alloc(32, 1))

class ManualClock implements Clock {
  ms = Date.UTC(2026, 0, 1)
  nowMs(): number {
    return this.ms
  }
  monotonicMs(): number {
    return this.ms
  }
  after(): never {
    throw new Error('access sets no timers')
  }
}

/** Counts the reads that reach the database. */
function counting(store: Store): Store & { reads: number } {
  return {
    reads: 0,
    reader<Tables>() {
      this.reads += 1
      return store.reader<Tables>()
    },
    transaction: (label, body) => store.transaction(label, body),
    write: (label, statements) => store.write(label, statements),
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
}

interface Room {
  readonly store: Store & { reads: number }
  readonly clock: ManualClock
  readonly credentials: Credentials
}

async function inRoom(body: (room: Room) => Promise<void>): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'access-'))
  try {
    const file = join(directory, 'test.db')
    const options = {
      file,
      migrations: accessMigrations,
      clock: systemClock,
      log: silentLog,
    }
    await using store = counting(await openSqliteStore(options))
    const clock = new ManualClock()
    await body({ store, clock, credentials: new Credentials(store, box, clock) })
  } finally {
    await rm(directory, { recursive: true })
  }
}

test('finds a key that was created, with its secret and whose it is', () =>
  inRoom(async ({ credentials }) => {
    const made = await credentials.create(owner)
    assert.match(made.accessKeyId, /^AKIA[A-Z2-7]{16}$/)
    assert.equal(made.secretAccessKey.length, 40)
    assert.deepEqual(await credentials.find(made.accessKeyId), {
      secret: made.secretAccessKey,
      principal: {
        account,
        arn: 'arn:aws:iam::123456789012:root',
        userId: account,
        accessKeyId: made.accessKeyId,
      },
      sessionTokenSha256: undefined,
      expiresAtMs: undefined,
      active: true,
      session: undefined,
    })
  }))

test('finds a temporary key with the hash of its token', () =>
  inRoom(async ({ credentials, clock }) => {
    const made = await credentials.createTemporary(owner, 3_600_000)
    assert.match(made.accessKeyId, /^ASIA[A-Z2-7]{16}$/)
    assert.equal(made.expiresAtMs, clock.ms + 3_600_000)
    const key = await credentials.find(made.accessKeyId)
    assert.equal(key?.sessionTokenSha256, sessionTokenSha256(made.sessionToken))
    assert.equal(key?.expiresAtMs, made.expiresAtMs)
  }))

test('keeps neither secrets nor tokens readable in the database', () =>
  inRoom(async ({ credentials, store }) => {
    const lasting = await credentials.create(owner)
    const temporary = await credentials.createTemporary(owner, 1000)
    const rows = await store.reader<AccessTables>().selectFrom('access_key').selectAll().execute()
    assert.equal(rows.length, 2)
    const text = JSON.stringify(rows)
    for (const secret of [
      lasting.secretAccessKey,
      temporary.secretAccessKey,
      temporary.sessionToken,
    ]) {
      assert.ok(!text.includes(secret))
    }
    const another = new Credentials(store, new SecretBox(Buffer.alloc(32, 2)), systemClock)
    await assert.rejects(async () => another.find(lasting.accessKeyId), SealError)
  }))

test('asks the database once while a key is remembered, and again after that', () =>
  inRoom(async ({ credentials, store, clock }) => {
    const { accessKeyId } = await credentials.create(owner)
    await Promise.all([credentials.find(accessKeyId), credentials.find(accessKeyId)])
    assert.equal(store.reads, 1)
    assert.ok(!(credentials.find(accessKeyId) instanceof Promise))
    clock.ms += cachedMs - 1
    assert.ok(!(credentials.find(accessKeyId) instanceof Promise))
    clock.ms += 1
    assert.ok((await credentials.find(accessKeyId)) !== undefined)
    assert.equal(store.reads, 2)
  }))

test('asks the database for nothing that cannot be a key, and remembers nothing that is none', () =>
  inRoom(async ({ credentials, store }) => {
    for (const id of ['', 'a b', "x'--", 'ключ', 'A'.repeat(129)]) {
      assert.equal(credentials.find(id), undefined)
    }
    assert.equal(store.reads, 0)
    assert.equal(await credentials.find('AKIAUNKNOWN00000'), undefined)
    assert.equal(await credentials.find('AKIAUNKNOWN00000'), undefined)
    assert.equal(store.reads, 2)
  }))

test('finds no deleted key, remembered or just being looked up', () =>
  inRoom(async ({ credentials }) => {
    const { accessKeyId } = await credentials.create(owner)
    await credentials.find(accessKeyId)
    await credentials.delete(accessKeyId)
    assert.equal(await credentials.find(accessKeyId), undefined)

    const second = await credentials.create(owner)
    await Promise.all([
      credentials.find(second.accessKeyId),
      credentials.delete(second.accessKeyId),
    ])
    assert.equal(await credentials.find(second.accessKeyId), undefined)
  }))

test('remembers no more keys than it may', () =>
  inRoom(async ({ credentials, store }) => {
    const first = await credentials.create(owner)
    await credentials.find(first.accessKeyId)
    const row = await store
      .reader<AccessTables>()
      .selectFrom('access_key')
      .selectAll()
      .executeTakeFirstOrThrow()
    const others = Array.from({ length: cachedKeysMax }, (_, index) => {
      const id = `OTHER${index}`
      return { ...row, access_key_id: id, secret: box.seal('s', id) }
    })
    await store.transaction<AccessTables, void>('TEST:FILL', async (db) => {
      for (let at = 0; at < others.length; at += 100) {
        await db
          .insertInto('access_key')
          .values(others.slice(at, at + 100))
          .execute()
      }
    })
    for (const other of others) await credentials.find(other.access_key_id)
    assert.ok(!(credentials.find(`OTHER${cachedKeysMax - 1}`) instanceof Promise))
    const forgotten = credentials.find(first.accessKeyId)
    assert.ok(forgotten instanceof Promise)
    await forgotten
  }))

test('clears away what expired long ago, not what expired just now', () =>
  inRoom(async ({ credentials, clock }) => {
    const old = await credentials.createTemporary(owner, 1000)
    clock.ms += expiredKeptMs
    const recent = await credentials.createTemporary(owner, 1000)
    clock.ms += 2000
    await credentials.createTemporary(owner, 1000)
    assert.equal(await credentials.find(old.accessKeyId), undefined)
    assert.ok((await credentials.find(recent.accessKeyId)) !== undefined)
  }))

test('ensureRootCredential makes one root key and gives the same again', () =>
  inRoom(async ({ credentials }) => {
    await credentials.createTemporary(owner, 1000)
    const made = await credentials.ensureRootCredential(account)
    assert.deepEqual(await credentials.ensureRootCredential(account), made)
    const key = await credentials.find(made.accessKeyId)
    assert.equal(key?.secret, made.secretAccessKey)
    assert.equal(key?.principal.arn, 'arn:aws:iam::123456789012:root')
  }))

test("ensureRootCredential takes the operator's own choice, and its new secret at once", () =>
  inRoom(async ({ credentials }) => {
    const wanted = { accessKeyId: 'operator', secretAccessKey: 'first' }
    assert.deepEqual(await credentials.ensureRootCredential(account, wanted), wanted)
    assert.deepEqual(await credentials.ensureRootCredential(account), wanted)
    assert.equal((await credentials.find('operator'))?.secret, 'first')
    await credentials.ensureRootCredential(account, { ...wanted, secretAccessKey: 'second' })
    assert.equal((await credentials.find('operator'))?.secret, 'second')
    await assert.rejects(
      credentials.ensureRootCredential(account, { ...wanted, accessKeyId: 'a b' }),
      {
        name: 'AssertionError',
      },
    )
  }))
