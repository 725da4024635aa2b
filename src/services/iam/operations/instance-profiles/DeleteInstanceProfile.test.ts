import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeInstanceProfile, makeRole, newCaller, openIam, refused } from '../../test-support.ts'
import { AddRoleToInstanceProfile } from './AddRoleToInstanceProfile.ts'
import { RemoveRoleFromInstanceProfile } from './RemoveRoleFromInstanceProfile.ts'
import { DeleteInstanceProfile } from './DeleteInstanceProfile.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('its role must have gone before', async () => {
  const caller = newCaller()
  await makeInstanceProfile(iam, caller, 'p')
  await makeRole(iam, caller, 'r')
  const both = { InstanceProfileName: 'p', RoleName: 'r' }
  await AddRoleToInstanceProfile(iam)(both, caller)
  const { InstanceProfileName } = both
  await refused(
    () => DeleteInstanceProfile(iam)({ InstanceProfileName }, caller),
    'DeleteConflict',
    'Cannot delete entity, must remove roles from instance profile first.',
    409,
  )
  await RemoveRoleFromInstanceProfile(iam)(both, caller)
  assert.deepEqual(await DeleteInstanceProfile(iam)({ InstanceProfileName }, caller), {})
})

test('an instance profile that is not there', async () => {
  await refused(
    () => DeleteInstanceProfile(iam)({ InstanceProfileName: 'none' }, newCaller()),
    'NoSuchEntity',
    'Instance Profile none cannot be found.',
    404,
  )
})
