import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeRole, newCaller, openIam, refused } from '../../test-support.ts'
import { GetRole } from './GetRole.ts'
import { UpdateRole } from './UpdateRole.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('changes what it names and leaves the rest', async () => {
  const caller = newCaller()
  const RoleName = 'r'
  await makeRole(iam, caller, RoleName, { Description: 'old', MaxSessionDuration: 7200 })
  const settings = async () => {
    const { Role: role } = await GetRole(iam)({ RoleName }, caller)
    return [role?.Description, role?.MaxSessionDuration]
  }
  assert.deepEqual(await UpdateRole(iam)({ RoleName, Description: 'new' }, caller), {})
  assert.deepEqual(await settings(), ['new', 7200])
  await UpdateRole(iam)({ RoleName, MaxSessionDuration: 43_200 }, caller)
  assert.deepEqual(await settings(), ['new', 43_200])
  await UpdateRole(iam)({ RoleName, Description: '' }, caller)
  assert.deepEqual(await settings(), ['', 43_200])
})

test('a role that is not there', async () => {
  await refused(
    () => UpdateRole(iam)({ RoleName: 'none' }, newCaller()),
    'NoSuchEntity',
    'The role with name none cannot be found.',
    404,
  )
})
