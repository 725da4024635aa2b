import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { allPages, makeInstanceProfile, makeRole, newCaller, openIam } from '../../test-support.ts'
import { AddRoleToInstanceProfile } from './AddRoleToInstanceProfile.ts'
import { ListInstanceProfiles } from './ListInstanceProfiles.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('by name with their roles, by path, in pages', async () => {
  const caller = newCaller()
  await makeRole(iam, caller, 'r')
  for (const name of ['b', 'C', 'a']) await makeInstanceProfile(iam, caller, name)
  await makeInstanceProfile(iam, caller, 'd', { Path: '/x/' })
  await AddRoleToInstanceProfile(iam)({ InstanceProfileName: 'b', RoleName: 'r' }, caller)
  for (const MaxItems of [1, 3, 4]) {
    const pages = await allPages(
      (Marker) => ListInstanceProfiles(iam)({ MaxItems, Marker }, caller),
      (answer) => answer.InstanceProfiles ?? [],
    )
    assert.deepEqual(
      pages.flat().map((each) => [each.InstanceProfileName, each.Roles?.[0]?.RoleName]),
      [
        ['a', undefined],
        ['b', 'r'],
        ['C', undefined],
        ['d', undefined],
      ],
    )
  }
  const { InstanceProfiles: ofPath } = await ListInstanceProfiles(iam)(
    { PathPrefix: '/x/' },
    caller,
  )
  assert.equal(ofPath?.length, 1)
})
