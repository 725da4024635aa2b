import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { asUser, makeUser, newCaller, openIam, refused } from '../../test-support.ts'
import { GetUser } from '../users/GetUser.ts'
import { CreateAccessKey } from './CreateAccessKey.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test("a user's key is theirs, with its secret", async () => {
  const caller = newCaller()
  const arn = await makeUser(iam, caller, 'Ann', { Path: '/x/' })
  const { User: user } = await GetUser(iam)({ UserName: 'Ann' }, caller)
  const { AccessKey: key } = await CreateAccessKey(iam)({ UserName: 'ann' }, caller)
  assert.match(key?.AccessKeyId ?? '', /^AKIA[A-Z2-7]{16}$/)
  assert.match(key?.SecretAccessKey ?? '', /^[A-Za-z0-9+/]{40}$/)
  assert.deepEqual(
    [key?.UserName, key?.Status, key?.CreateDate],
    ['Ann', 'Active', new Date('2026-01-02T03:04:05Z')],
  )
  const found = await iam.credentials.find(key?.AccessKeyId ?? '')
  assert.equal(found?.secret, key?.SecretAccessKey)
  assert.deepEqual(found?.principal, {
    account: caller.account,
    arn,
    userId: user?.UserId,
    accessKeyId: key?.AccessKeyId,
  })
})

test('two a user', async () => {
  const caller = newCaller()
  await makeUser(iam, caller, 'ann')
  await CreateAccessKey(iam)({ UserName: 'ann' }, caller)
  await CreateAccessKey(iam)({ UserName: 'ann' }, caller)
  await refused(
    () => CreateAccessKey(iam)({ UserName: 'ann' }, caller),
    'LimitExceeded',
    'Cannot exceed quota for AccessKeysPerUser: 2',
    409,
  )
})

test("without a name the caller's own: a user's, or the root user's", async () => {
  const caller = newCaller()
  const arn = await makeUser(iam, caller, 'ann')
  const own = await CreateAccessKey(iam)({}, asUser(caller, arn))
  assert.equal(own.AccessKey?.UserName, 'ann')
  const { AccessKey: key } = await CreateAccessKey(iam)({}, caller)
  assert.equal(key?.UserName, undefined)
  const found = await iam.credentials.find(key?.AccessKeyId ?? '')
  assert.equal(found?.principal.arn, `arn:aws:iam::${caller.account}:root`)
})

test('a user that is not there', async () => {
  await refused(
    () => CreateAccessKey(iam)({ UserName: 'none' }, newCaller()),
    'NoSuchEntity',
    'The user with name none cannot be found.',
    404,
  )
})
