import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { logsPolicy, makeGroup, newCaller, openIam, refused } from '../../test-support.ts'
import { DeleteGroupPolicy } from './DeleteGroupPolicy.ts'
import { ListGroupPolicies } from './ListGroupPolicies.ts'
import { PutGroupPolicy } from './PutGroupPolicy.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const GroupName = 'r'

test('once; then the group does not have it', async () => {
  const caller = newCaller()
  await makeGroup(iam, caller, GroupName)
  for (const PolicyName of ['p', 'q']) {
    await PutGroupPolicy(iam)({ GroupName, PolicyName, PolicyDocument: logsPolicy }, caller)
  }
  assert.deepEqual(await DeleteGroupPolicy(iam)({ GroupName, PolicyName: 'p' }, caller), {})
  await refused(
    () => DeleteGroupPolicy(iam)({ GroupName, PolicyName: 'p' }, caller),
    'NoSuchEntity',
    'The group policy with name p cannot be found.',
    404,
  )
  const { PolicyNames: names } = await ListGroupPolicies(iam)({ GroupName }, caller)
  assert.deepEqual(names, ['q'])
})

test('a group that is not there', async () => {
  await refused(
    () => DeleteGroupPolicy(iam)({ GroupName: 'none', PolicyName: 'p' }, newCaller()),
    'NoSuchEntity',
    'The group with name none cannot be found.',
    404,
  )
})
