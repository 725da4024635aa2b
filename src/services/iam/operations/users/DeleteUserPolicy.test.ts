import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { logsPolicy, makeUser, newCaller, openIam, refused } from '../../test-support.ts'
import { DeleteUserPolicy } from './DeleteUserPolicy.ts'
import { ListUserPolicies } from './ListUserPolicies.ts'
import { PutUserPolicy } from './PutUserPolicy.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const UserName = 'r'

test('once; then the user does not have it', async () => {
  const caller = newCaller()
  await makeUser(iam, caller, UserName)
  for (const PolicyName of ['p', 'q']) {
    await PutUserPolicy(iam)({ UserName, PolicyName, PolicyDocument: logsPolicy }, caller)
  }
  assert.deepEqual(await DeleteUserPolicy(iam)({ UserName, PolicyName: 'p' }, caller), {})
  await refused(
    () => DeleteUserPolicy(iam)({ UserName, PolicyName: 'p' }, caller),
    'NoSuchEntity',
    'The user policy with name p cannot be found.',
    404,
  )
  const { PolicyNames: names } = await ListUserPolicies(iam)({ UserName }, caller)
  assert.deepEqual(names, ['q'])
})

test('a user that is not there', async () => {
  await refused(
    () => DeleteUserPolicy(iam)({ UserName: 'none', PolicyName: 'p' }, newCaller()),
    'NoSuchEntity',
    'The user with name none cannot be found.',
    404,
  )
})
