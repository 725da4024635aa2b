/** Keys of users, as IAM changes them within its own transactions. */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { FakeClock } from '../../test/kit/fake-clock.ts'
import type { AccountId } from '../kernel/brand.ts'
import { systemClock } from '../kernel/clock.ts'
import { silentLog } from '../kernel/log.ts'
import { openSqliteStore } from '../store/sqlite/sqlite-store.ts'
import { type AccessKey, Credentials } from './credentials.ts'
import type { KeyChanges } from './key-changes.ts'
import { lastUseStepMs } from './limits.ts'
import { SecretBox } from './secret-box.ts'
import { accessMigrations } from './tables.ts'

const directory = await mkdtemp(path.join(os.tmpdir(), 'access-'))
const store = await openSqliteStore({
  file: path.join(directory, 'test.db'),
  migrations: accessMigrations,
  clock: systemClock,
  log: silentLog,
})
const clock = new FakeClock()
const credentials = new Credentials(store, new SecretBox(Buffer.alloc(32, 1)), clock)

after(async () => {
  await store[Symbol.asyncDispose]()
  await rm(directory, { recursive: true })
})

let users = 0

function newOwner(prefix = 'AIDA') {
  users += 1
  const userId = `${prefix}USER${users}`
  const account = '111122223333' as AccountId
  return { account, principalArn: `arn:aws:iam::${account}:user/u${users}`, userId }
}

function change<Result>(body: (keys: KeyChanges) => Promise<Result>): Promise<Result> {
  return credentials.change('TEST:CHANGE', (_db, keys) => body(keys))
}

test('a key is listed with its owner, and opens what it should', async () => {
  const owner = newOwner()
  const made = await change((keys) => keys.create(owner))
  assert.equal(made.createdMs, clock.nowMs())
  const [described, ...more] = await credentials.list(owner.userId)
  assert.deepEqual(more, [])
  assert.deepEqual(described, {
    accessKeyId: made.accessKeyId,
    account: owner.account,
    principalArn: owner.principalArn,
    userId: owner.userId,
    active: true,
    temporary: false,
    createdMs: made.createdMs,
    lastUse: undefined,
  })
  assert.deepEqual(await credentials.describe(made.accessKeyId), described)
  const key = await credentials.find(made.accessKeyId)
  assert.equal(key?.secret, made.secretAccessKey)
  assert.equal(key?.principal.arn, owner.principalArn)
})

test('what a transaction undid was never there', async () => {
  const owner = newOwner()
  await assert.rejects(
    change(async (keys) => {
      await keys.create(owner)
      throw new Error('no')
    }),
    /no/,
  )
  assert.deepEqual(await credentials.list(owner.userId), [])
})

test('a remembered key is switched off, on and deleted at once', async () => {
  const { accessKeyId } = await change((keys) => keys.create(newOwner()))
  const isActive = async () => (await credentials.find(accessKeyId))?.active
  assert.equal(await isActive(), true)
  await change((keys) => keys.setActive(accessKeyId, false))
  assert.equal(await isActive(), false)
  await change((keys) => keys.setActive(accessKeyId, true))
  assert.equal(await isActive(), true)
  await change((keys) => keys.delete(accessKeyId))
  assert.equal(await credentials.find(accessKeyId), undefined)
  assert.equal(await change((keys) => keys.find(accessKeyId)), undefined)
})

test("a user's new ARN is that of their keys at once", async () => {
  const owner = newOwner()
  const { accessKeyId } = await change((keys) => keys.create(owner))
  await credentials.find(accessKeyId)
  await change((keys) => keys.rename(owner.userId, 'arn:aws:iam::111122223333:user/other'))
  const key = await credentials.find(accessKeyId)
  assert.equal(key?.principal.arn, 'arn:aws:iam::111122223333:user/other')
})

test("a role's sessions end with it, a user's sessions leave their keys, and nobody else's end", async () => {
  const role = newOwner('AROA')
  const session = (userId: string) => credentials.createTemporary({ ...role, userId }, 60_000)
  const ended = await session(`${role.userId}:one`)
  const other = await session(`${role.userId}0:one`)
  await credentials.find(ended.accessKeyId)
  await change((keys) => keys.endSessions(role.userId))
  assert.equal(await credentials.find(ended.accessKeyId), undefined)
  assert.ok(await credentials.find(other.accessKeyId))

  const user = newOwner()
  const lasting = await change((keys) => keys.create(user))
  const temporary = await credentials.createTemporary(user, 60_000)
  await change((keys) => keys.endSessions(user.userId))
  assert.ok(await credentials.find(lasting.accessKeyId))
  assert.equal(await credentials.find(temporary.accessKeyId), undefined)
})

test('what a session was given is kept with its key', async () => {
  const session = { sourceIdentity: 'me', tags: { a: 'b' }, transitiveTagKeys: ['a'] }
  const { accessKeyId } = await credentials.createTemporary(newOwner('AROA'), 60_000, session)
  assert.deepEqual((await credentials.find(accessKeyId))?.session, session)
})

test('the last use is noted, though not every use, and none of temporary keys', async () => {
  const owner = newOwner()
  const { accessKeyId } = await change((keys) => keys.create(owner))
  const key = (await credentials.find(accessKeyId)) as AccessKey
  const lastUse = async () => {
    // Notes are written behind: whatever is written after them finds them there.
    await change(async () => undefined)
    return (await credentials.describe(accessKeyId))?.lastUse
  }
  credentials.noteUse(key, 'iam', 'us-east-1')
  const atMs = clock.nowMs()
  assert.deepEqual(await lastUse(), { atMs, region: 'us-east-1', service: 'iam' })
  clock.advance(lastUseStepMs - 1)
  credentials.noteUse(key, 's3', 'us-east-1')
  assert.equal((await lastUse())?.service, 'iam')
  clock.advance(1)
  credentials.noteUse(key, 'lambda', 'eu-west-1')
  assert.deepEqual(await lastUse(), {
    atMs: clock.nowMs(),
    region: 'eu-west-1',
    service: 'lambda',
  })
  const { accessKeyId: id } = await credentials.createTemporary(newOwner('AROA'), 60_000)
  credentials.noteUse((await credentials.find(id)) as AccessKey, 'iam', 'us-east-1')
  await change(async () => undefined)
  assert.equal((await credentials.describe(id))?.lastUse, undefined)
})
