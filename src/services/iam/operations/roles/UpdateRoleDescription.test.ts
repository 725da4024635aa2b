import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeRole, newCaller, openIam, refused } from '../../test-support.ts'
import { UpdateRoleDescription } from './UpdateRoleDescription.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('answers with the role', async () => {
  const caller = newCaller()
  await makeRole(iam, caller, 'r', { Description: 'old' })
  const input = { RoleName: 'r', Description: 'new' }
  const { Role: role } = await UpdateRoleDescription(iam)(input, caller)
  assert.equal(role?.Description, 'new')
  assert.equal(role?.RoleName, 'r')
})

test('a role that is not there', async () => {
  await refused(
    () => UpdateRoleDescription(iam)({ RoleName: 'none', Description: '' }, newCaller()),
    'NoSuchEntity',
    'The role with name none cannot be found.',
    404,
  )
})
