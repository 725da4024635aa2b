import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { logsPolicy, makeGroup, makeUser, newCaller, openIam, refused } from '../../test-support.ts'
import { AddUserToGroup } from './AddUserToGroup.ts'
import { GetGroup } from './GetGroup.ts'
import { GetGroupPolicy } from './GetGroupPolicy.ts'
import { PutGroupPolicy } from './PutGroupPolicy.ts'
import { UpdateGroup } from './UpdateGroup.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('a group under another name keeps users and policies', async () => {
  const caller = newCaller()
  await makeGroup(iam, caller, 'devs')
  await makeUser(iam, caller, 'ann')
  const GroupName = 'devs'
  await AddUserToGroup(iam)({ GroupName, UserName: 'ann' }, caller)
  await PutGroupPolicy(iam)({ GroupName, PolicyName: 'p', PolicyDocument: logsPolicy }, caller)
  const input = { GroupName, NewGroupName: 'Ops', NewPath: '/x/' }
  assert.deepEqual(await UpdateGroup(iam)(input, caller), {})
  const { Group: group, Users: users } = await GetGroup(iam)({ GroupName: 'ops' }, caller)
  assert.equal(group?.Arn, `arn:aws:iam::${caller.account}:group/x/Ops`)
  assert.deepEqual(
    users?.map((user) => user.UserName),
    ['ann'],
  )
  await GetGroupPolicy(iam)({ GroupName: 'ops', PolicyName: 'p' }, caller)
})

test('a name that another has', async () => {
  const caller = newCaller()
  await makeGroup(iam, caller, 'a')
  await makeGroup(iam, caller, 'b')
  await refused(
    () => UpdateGroup(iam)({ GroupName: 'a', NewGroupName: 'B' }, caller),
    'EntityAlreadyExists',
    'Group with name B already exists.',
    409,
  )
})

test('a group that is not there', async () => {
  await refused(
    () => UpdateGroup(iam)({ GroupName: 'none' }, newCaller()),
    'NoSuchEntity',
    'The group with name none cannot be found.',
    404,
  )
})
