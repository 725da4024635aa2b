import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeUser, newCaller, openIam, refused } from '../../test-support.ts'
import { CreateAccessKey } from './CreateAccessKey.ts'
import { ListAccessKeys } from './ListAccessKeys.ts'
import { GetAccessKeyLastUsed } from './GetAccessKeyLastUsed.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('never, and then when and where', async () => {
  const caller = newCaller()
  await makeUser(iam, caller, 'ann', { Path: '/x/' })
  const { AccessKey: created } = await CreateAccessKey(iam)({ UserName: 'ann' }, caller)
  const AccessKeyId = created?.AccessKeyId as string
  assert.deepEqual(await GetAccessKeyLastUsed(iam)({ AccessKeyId }, caller), {
    UserName: 'ann',
    AccessKeyLastUsed: { ServiceName: 'N/A', Region: 'N/A' },
  })
  const key = await iam.credentials.find(AccessKeyId)
  assert.ok(key)
  iam.credentials.noteUse(key, 'lambda', 'eu-west-1')
  // Uses are noted behind; whatever is written after them finds them there.
  await iam.credentials.change('TEST:AFTER', async () => undefined)
  const { AccessKeyLastUsed: use } = await GetAccessKeyLastUsed(iam)({ AccessKeyId }, caller)
  assert.deepEqual(use, {
    LastUsedDate: new Date('2026-01-02T03:04:05Z'),
    ServiceName: 'lambda',
    Region: 'eu-west-1',
  })
})

test("the root user's key has no name", async () => {
  const caller = newCaller()
  await CreateAccessKey(iam)({}, caller)
  const { AccessKeyMetadata: keys } = await ListAccessKeys(iam)({}, caller)
  const AccessKeyId = keys?.[0]?.AccessKeyId
  const { UserName: name } = await GetAccessKeyLastUsed(iam)({ AccessKeyId }, caller)
  assert.equal(name, undefined)
})

test("keys that are not there, another account's and temporary ones", async () => {
  const caller = newCaller()
  const { AccessKey: other } = await CreateAccessKey(iam)({}, newCaller())
  const owner = { account: caller.account, principalArn: 'arn', userId: 'AIDA' }
  const temporary = await iam.credentials.createTemporary(owner, 1000)
  for (const AccessKeyId of ['AKIAAAAAAAAAAAAAAAAA', other?.AccessKeyId, temporary.accessKeyId]) {
    await refused(
      () => GetAccessKeyLastUsed(iam)({ AccessKeyId }, caller),
      'NoSuchEntity',
      `The Access Key with id ${AccessKeyId} cannot be found.`,
      404,
    )
  }
})
