import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeInstanceProfile, makeRole, newCaller, openIam, refused } from '../../test-support.ts'
import { AddRoleToInstanceProfile } from './AddRoleToInstanceProfile.ts'
import { GetInstanceProfile } from './GetInstanceProfile.ts'
import { RemoveRoleFromInstanceProfile } from './RemoveRoleFromInstanceProfile.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('once; then it is not there', async () => {
  const caller = newCaller()
  await makeInstanceProfile(iam, caller, 'p')
  await makeRole(iam, caller, 'r')
  const input = { InstanceProfileName: 'p', RoleName: 'r' }
  await AddRoleToInstanceProfile(iam)(input, caller)
  assert.deepEqual(await RemoveRoleFromInstanceProfile(iam)(input, caller), {})
  const { InstanceProfile: profile } = await GetInstanceProfile(iam)(input, caller)
  assert.deepEqual(profile?.Roles, [])
  await refused(
    () => RemoveRoleFromInstanceProfile(iam)(input, caller),
    'NoSuchEntity',
    'The role with name r cannot be found.',
    404,
  )
})

test('profiles and roles that are not there', async () => {
  const caller = newCaller()
  await makeInstanceProfile(iam, caller, 'p')
  await refused(
    () =>
      RemoveRoleFromInstanceProfile(iam)({ InstanceProfileName: 'none', RoleName: 'none' }, caller),
    'NoSuchEntity',
    'Instance Profile none cannot be found.',
    404,
  )
  await refused(
    () =>
      RemoveRoleFromInstanceProfile(iam)({ InstanceProfileName: 'p', RoleName: 'none' }, caller),
    'NoSuchEntity',
    'The role with name none cannot be found.',
    404,
  )
})
