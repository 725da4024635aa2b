import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { logsPolicy, makeRole, newCaller, openIam, refused } from '../../test-support.ts'
import { GetRolePolicy } from './GetRolePolicy.ts'
import { PutRolePolicy } from './PutRolePolicy.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const RoleName = 'Reader'

test('the document URL-encoded, under the names as they were given', async () => {
  const caller = newCaller()
  await makeRole(iam, caller, RoleName)
  await PutRolePolicy(iam)({ RoleName, PolicyName: 'p', PolicyDocument: logsPolicy }, caller)
  assert.deepEqual(await GetRolePolicy(iam)({ RoleName: 'reader', PolicyName: 'p' }, caller), {
    RoleName,
    PolicyName: 'p',
    PolicyDocument: encodeURIComponent(logsPolicy).replaceAll('*', '%2A'),
  })
})

test('a policy that the role does not have', async () => {
  const caller = newCaller()
  await makeRole(iam, caller, RoleName)
  await refused(
    () => GetRolePolicy(iam)({ RoleName, PolicyName: 'none' }, caller),
    'NoSuchEntity',
    'The role policy with name none cannot be found.',
    404,
  )
})

test('a role that is not there', async () => {
  await refused(
    () => GetRolePolicy(iam)({ RoleName: 'none', PolicyName: 'p' }, newCaller()),
    'NoSuchEntity',
    'The role with name none cannot be found.',
    404,
  )
})
