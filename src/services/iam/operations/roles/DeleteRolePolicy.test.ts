import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { logsPolicy, makeRole, newCaller, openIam, refused } from '../../test-support.ts'
import { DeleteRolePolicy } from './DeleteRolePolicy.ts'
import { ListRolePolicies } from './ListRolePolicies.ts'
import { PutRolePolicy } from './PutRolePolicy.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const RoleName = 'r'

test('once; then the role does not have it', async () => {
  const caller = newCaller()
  await makeRole(iam, caller, RoleName)
  for (const PolicyName of ['p', 'q']) {
    await PutRolePolicy(iam)({ RoleName, PolicyName, PolicyDocument: logsPolicy }, caller)
  }
  assert.deepEqual(await DeleteRolePolicy(iam)({ RoleName, PolicyName: 'p' }, caller), {})
  await refused(
    () => DeleteRolePolicy(iam)({ RoleName, PolicyName: 'p' }, caller),
    'NoSuchEntity',
    'The role policy with name p cannot be found.',
    404,
  )
  const { PolicyNames: names } = await ListRolePolicies(iam)({ RoleName }, caller)
  assert.deepEqual(names, ['q'])
})

test('a role that is not there', async () => {
  await refused(
    () => DeleteRolePolicy(iam)({ RoleName: 'none', PolicyName: 'p' }, newCaller()),
    'NoSuchEntity',
    'The role with name none cannot be found.',
    404,
  )
})
