import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeUser, newCaller, openIam, refused } from '../../test-support.ts'
import { CreateAccessKey } from './CreateAccessKey.ts'
import { UpdateAccessKey } from './UpdateAccessKey.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('switches a key off and on, at once', async () => {
  const caller = newCaller()
  const UserName = 'ann'
  await makeUser(iam, caller, UserName)
  const { AccessKey: key } = await CreateAccessKey(iam)({ UserName }, caller)
  const AccessKeyId = key?.AccessKeyId as string
  for (const Status of ['Inactive', 'Active'] as const) {
    assert.deepEqual(await UpdateAccessKey(iam)({ UserName, AccessKeyId, Status }, caller), {})
    assert.equal((await iam.credentials.find(AccessKeyId))?.active, Status === 'Active')
  }
})

test('a key cannot be made to expire', async () => {
  const caller = newCaller()
  const { AccessKey: key } = await CreateAccessKey(iam)({}, caller)
  const input = { AccessKeyId: key?.AccessKeyId, Status: 'Expired' } as const
  const words = 'Status must be Active or Inactive.'
  await refused(() => UpdateAccessKey(iam)(input, caller), 'InvalidInput', words)
})

test("a key that is not there, or is somebody else's", async () => {
  const caller = newCaller()
  for (const name of ['ann', 'bob']) await makeUser(iam, caller, name)
  const { AccessKey: key } = await CreateAccessKey(iam)({ UserName: 'bob' }, caller)
  for (const AccessKeyId of ['AKIAAAAAAAAAAAAAAAAA', key?.AccessKeyId]) {
    await refused(
      () => UpdateAccessKey(iam)({ UserName: 'ann', AccessKeyId, Status: 'Inactive' }, caller),
      'NoSuchEntity',
      `The Access Key with id ${AccessKeyId} cannot be found.`,
      404,
    )
  }
})
