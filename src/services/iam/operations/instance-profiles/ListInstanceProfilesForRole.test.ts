import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  allPages,
  makeInstanceProfile,
  makeRole,
  newCaller,
  openIam,
  refused,
} from '../../test-support.ts'
import { AddRoleToInstanceProfile } from './AddRoleToInstanceProfile.ts'
import { ListInstanceProfilesForRole } from './ListInstanceProfilesForRole.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('those that have the role, by name, in pages', async () => {
  const caller = newCaller()
  await makeRole(iam, caller, 'r')
  const none = { InstanceProfiles: [], IsTruncated: false }
  assert.deepEqual(await ListInstanceProfilesForRole(iam)({ RoleName: 'r' }, caller), none)
  for (const InstanceProfileName of ['b', 'A', 'another']) {
    await makeInstanceProfile(iam, caller, InstanceProfileName)
    if (InstanceProfileName === 'another') continue
    await AddRoleToInstanceProfile(iam)({ InstanceProfileName, RoleName: 'r' }, caller)
  }
  const pages = await allPages(
    (Marker) => ListInstanceProfilesForRole(iam)({ RoleName: 'R', MaxItems: 1, Marker }, caller),
    (answer) => answer.InstanceProfiles ?? [],
  )
  assert.deepEqual(
    pages.flat().map((each) => [each.InstanceProfileName, each.Roles?.length]),
    [
      ['A', 1],
      ['b', 1],
    ],
  )
})

test('a role that is not there', async () => {
  await refused(
    () => ListInstanceProfilesForRole(iam)({ RoleName: 'none' }, newCaller()),
    'NoSuchEntity',
    'The role with name none cannot be found.',
    404,
  )
})
