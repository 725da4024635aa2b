import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeUser, newCaller, openIam, refused } from '../../test-support.ts'
import { ListMFADevices } from './ListMFADevices.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('a user has none, and the root user neither', async () => {
  const caller = newCaller()
  await makeUser(iam, caller, 'ann')
  const none = { MFADevices: [], IsTruncated: false }
  assert.deepEqual(await ListMFADevices(iam)({ UserName: 'ann' }, caller), none)
  assert.deepEqual(await ListMFADevices(iam)({}, caller), none)
})

test('a user that is not there', async () => {
  await refused(
    () => ListMFADevices(iam)({ UserName: 'none' }, newCaller()),
    'NoSuchEntity',
    'The user with name none cannot be found.',
    404,
  )
})
