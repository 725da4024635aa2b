import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeInstanceProfile, makeRole, newCaller, openIam, refused } from '../../test-support.ts'
import { AddRoleToInstanceProfile } from './AddRoleToInstanceProfile.ts'
import { GetInstanceProfile } from './GetInstanceProfile.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('with its role, which is shown without its settings', async () => {
  const caller = newCaller()
  await makeInstanceProfile(iam, caller, 'Web', { Tags: [{ Key: 'a', Value: 'b' }] })
  const arn = await makeRole(iam, caller, 'r', { Description: 'd' })
  const InstanceProfileName = 'web'
  await AddRoleToInstanceProfile(iam)({ InstanceProfileName, RoleName: 'r' }, caller)
  const { InstanceProfile: profile } = await GetInstanceProfile(iam)(
    { InstanceProfileName },
    caller,
  )
  assert.deepEqual(profile?.Tags, [{ Key: 'a', Value: 'b' }])
  const [role] = profile?.Roles ?? []
  assert.equal(role?.Arn, arn)
  assert.deepEqual(Object.keys(role ?? {}).toSorted(), [
    'Arn',
    'AssumeRolePolicyDocument',
    'CreateDate',
    'Path',
    'RoleId',
    'RoleName',
  ])
})

test('an instance profile that is not there', async () => {
  await refused(
    () => GetInstanceProfile(iam)({ InstanceProfileName: 'none' }, newCaller()),
    'NoSuchEntity',
    'Instance Profile none cannot be found.',
    404,
  )
})
