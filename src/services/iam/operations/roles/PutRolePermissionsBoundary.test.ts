import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makePolicy, makeRole, newCaller, openIam, refused } from '../../test-support.ts'
import { GetRole } from './GetRole.ts'
import { PutRolePermissionsBoundary } from './PutRolePermissionsBoundary.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const RoleName = 'r'

test('sets the boundary, and takes the place of the one before', async () => {
  const caller = newCaller()
  await makeRole(iam, caller, RoleName)
  const own = await makePolicy(iam, caller, 'own')
  for (const PermissionsBoundary of [own, 'arn:aws:iam::aws:policy/ReadOnlyAccess']) {
    const input = { RoleName, PermissionsBoundary }
    assert.deepEqual(await PutRolePermissionsBoundary(iam)(input, caller), {})
    const { Role: role } = await GetRole(iam)({ RoleName }, caller)
    assert.equal(role?.PermissionsBoundary?.PermissionsBoundaryArn, PermissionsBoundary)
  }
})

test('a policy that is not there', async () => {
  const caller = newCaller()
  await makeRole(iam, caller, RoleName)
  const PermissionsBoundary = `arn:aws:iam::${caller.account}:policy/none`
  await refused(
    () => PutRolePermissionsBoundary(iam)({ RoleName, PermissionsBoundary }, caller),
    'NoSuchEntity',
    `Scope ARN: ${PermissionsBoundary} does not exist or is not attachable.`,
    404,
  )
})

test('a role that is not there', async () => {
  await refused(
    () =>
      PutRolePermissionsBoundary(iam)(
        { RoleName: 'none', PermissionsBoundary: 'arn:aws:iam::aws:policy/X' },
        newCaller(),
      ),
    'NoSuchEntity',
    'The role with name none cannot be found.',
    404,
  )
})
