import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { logsPolicy, makeUser, newCaller, openIam, refused } from '../../test-support.ts'
import { GetUserPolicy } from './GetUserPolicy.ts'
import { PutUserPolicy } from './PutUserPolicy.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const UserName = 'Reader'

test('the document URL-encoded, under the names as they were given', async () => {
  const caller = newCaller()
  await makeUser(iam, caller, UserName)
  await PutUserPolicy(iam)({ UserName, PolicyName: 'p', PolicyDocument: logsPolicy }, caller)
  assert.deepEqual(await GetUserPolicy(iam)({ UserName: 'reader', PolicyName: 'p' }, caller), {
    UserName,
    PolicyName: 'p',
    PolicyDocument: encodeURIComponent(logsPolicy).replaceAll('*', '%2A'),
  })
})

test('a policy that the user does not have', async () => {
  const caller = newCaller()
  await makeUser(iam, caller, UserName)
  await refused(
    () => GetUserPolicy(iam)({ UserName, PolicyName: 'none' }, caller),
    'NoSuchEntity',
    'The user policy with name none cannot be found.',
    404,
  )
})

test('a user that is not there', async () => {
  await refused(
    () => GetUserPolicy(iam)({ UserName: 'none', PolicyName: 'p' }, newCaller()),
    'NoSuchEntity',
    'The user with name none cannot be found.',
    404,
  )
})
