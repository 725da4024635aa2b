import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeRole, newCaller, openIam, refused } from '../../test-support.ts'
import { DeleteRolePermissionsBoundary } from './DeleteRolePermissionsBoundary.ts'
import { GetRole } from './GetRole.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('removes it; also when there is none', async () => {
  const caller = newCaller()
  const RoleName = 'r'
  await makeRole(iam, caller, RoleName, { PermissionsBoundary: 'arn:aws:iam::aws:policy/X' })
  for (const _ of [1, 2]) {
    assert.deepEqual(await DeleteRolePermissionsBoundary(iam)({ RoleName }, caller), {})
    const { Role: role } = await GetRole(iam)({ RoleName }, caller)
    assert.equal(role?.PermissionsBoundary, undefined)
  }
})

test('a role that is not there', async () => {
  await refused(
    () => DeleteRolePermissionsBoundary(iam)({ RoleName: 'none' }, newCaller()),
    'NoSuchEntity',
    'The role with name none cannot be found.',
    404,
  )
})
