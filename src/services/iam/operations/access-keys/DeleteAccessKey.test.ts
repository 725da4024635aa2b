import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeUser, newCaller, openIam, refused } from '../../test-support.ts'
import { CreateAccessKey } from './CreateAccessKey.ts'
import { DeleteAccessKey } from './DeleteAccessKey.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('the key opens nothing any more', async () => {
  const caller = newCaller()
  const UserName = 'ann'
  await makeUser(iam, caller, UserName)
  const { AccessKey: key } = await CreateAccessKey(iam)({ UserName }, caller)
  const AccessKeyId = key?.AccessKeyId as string
  assert.ok(await iam.credentials.find(AccessKeyId))
  assert.deepEqual(await DeleteAccessKey(iam)({ UserName, AccessKeyId }, caller), {})
  assert.equal(await iam.credentials.find(AccessKeyId), undefined)
})

test("a key that is not there, or is somebody else's", async () => {
  const caller = newCaller()
  for (const name of ['ann', 'bob']) await makeUser(iam, caller, name)
  const { AccessKey: key } = await CreateAccessKey(iam)({ UserName: 'bob' }, caller)
  for (const AccessKeyId of ['AKIAAAAAAAAAAAAAAAAA', key?.AccessKeyId]) {
    await refused(
      () => DeleteAccessKey(iam)({ UserName: 'ann', AccessKeyId }, caller),
      'NoSuchEntity',
      `The Access Key with id ${AccessKeyId} cannot be found.`,
      404,
    )
  }
})
