import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { logsPolicy, makeGroup, newCaller, openIam, refused } from '../../test-support.ts'
import { GetGroupPolicy } from './GetGroupPolicy.ts'
import { PutGroupPolicy } from './PutGroupPolicy.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const GroupName = 'Reader'

test('the document URL-encoded, under the names as they were given', async () => {
  const caller = newCaller()
  await makeGroup(iam, caller, GroupName)
  await PutGroupPolicy(iam)({ GroupName, PolicyName: 'p', PolicyDocument: logsPolicy }, caller)
  assert.deepEqual(await GetGroupPolicy(iam)({ GroupName: 'reader', PolicyName: 'p' }, caller), {
    GroupName,
    PolicyName: 'p',
    PolicyDocument: encodeURIComponent(logsPolicy).replaceAll('*', '%2A'),
  })
})

test('a policy that the group does not have', async () => {
  const caller = newCaller()
  await makeGroup(iam, caller, GroupName)
  await refused(
    () => GetGroupPolicy(iam)({ GroupName, PolicyName: 'none' }, caller),
    'NoSuchEntity',
    'The group policy with name none cannot be found.',
    404,
  )
})

test('a group that is not there', async () => {
  await refused(
    () => GetGroupPolicy(iam)({ GroupName: 'none', PolicyName: 'p' }, newCaller()),
    'NoSuchEntity',
    'The group with name none cannot be found.',
    404,
  )
})
