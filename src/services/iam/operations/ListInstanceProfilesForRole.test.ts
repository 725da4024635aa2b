import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeRole, newCaller, openIam, refused } from '../test-support.ts'
import { ListInstanceProfilesForRole } from './ListInstanceProfilesForRole.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('none', async () => {
  const caller = newCaller()
  await makeRole(iam, caller, 'r')
  assert.deepEqual(await ListInstanceProfilesForRole(iam)({ RoleName: 'r' }, caller), {
    InstanceProfiles: [],
    IsTruncated: false,
  })
})

test('a role that is not there', async () => {
  await refused(
    () => ListInstanceProfilesForRole(iam)({ RoleName: 'none' }, newCaller()),
    'NoSuchEntity',
    'The role with name none cannot be found.',
    404,
  )
})
