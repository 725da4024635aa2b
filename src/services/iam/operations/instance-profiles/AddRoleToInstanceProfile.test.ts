import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeInstanceProfile, makeRole, newCaller, openIam, refused } from '../../test-support.ts'
import { AddRoleToInstanceProfile } from './AddRoleToInstanceProfile.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('one role a profile, and not the same twice', async () => {
  const caller = newCaller()
  await makeInstanceProfile(iam, caller, 'p')
  await makeRole(iam, caller, 'r')
  await makeRole(iam, caller, 'other')
  const add = (RoleName: string) =>
    AddRoleToInstanceProfile(iam)({ InstanceProfileName: 'p', RoleName }, caller)
  assert.deepEqual(await add('r'), {})
  for (const name of ['r', 'other']) {
    await refused(
      () => add(name),
      'LimitExceeded',
      'Cannot exceed quota for InstanceSessionsPerInstanceProfile: 1',
      409,
    )
  }
})

test('profiles and roles that are not there', async () => {
  const caller = newCaller()
  await makeInstanceProfile(iam, caller, 'p')
  await refused(
    () => AddRoleToInstanceProfile(iam)({ InstanceProfileName: 'none', RoleName: 'none' }, caller),
    'NoSuchEntity',
    'Instance Profile none cannot be found.',
    404,
  )
  await refused(
    () => AddRoleToInstanceProfile(iam)({ InstanceProfileName: 'p', RoleName: 'none' }, caller),
    'NoSuchEntity',
    'The role with name none cannot be found.',
    404,
  )
})
