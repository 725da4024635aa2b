import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  asUser,
  logsPolicy,
  makeGroup,
  makeUser,
  newCaller,
  openIam,
  refused,
} from '../../test-support.ts'
import { CreateAccessKey } from '../access-keys/CreateAccessKey.ts'
import { AddUserToGroup } from '../groups/AddUserToGroup.ts'
import { ListGroupsForUser } from '../groups/ListGroupsForUser.ts'
import { AttachUserPolicy } from './AttachUserPolicy.ts'
import { GetUser } from './GetUser.ts'
import { GetUserPolicy } from './GetUserPolicy.ts'
import { ListAttachedUserPolicies } from './ListAttachedUserPolicies.ts'
import { PutUserPolicy } from './PutUserPolicy.ts'
import { UpdateUser } from './UpdateUser.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('a user under another name keeps id, policies, groups and keys', async () => {
  const caller = newCaller()
  await makeUser(iam, caller, 'ann')
  await makeGroup(iam, caller, 'g')
  const before = await GetUser(iam)({ UserName: 'ann' }, caller)
  const UserName = 'ann'
  const PolicyArn = 'arn:aws:iam::aws:policy/X'
  await AddUserToGroup(iam)({ GroupName: 'g', UserName }, caller)
  await AttachUserPolicy(iam)({ UserName, PolicyArn }, caller)
  await PutUserPolicy(iam)({ UserName, PolicyName: 'p', PolicyDocument: logsPolicy }, caller)
  const { AccessKey: key } = await CreateAccessKey(iam)({ UserName }, caller)
  await iam.credentials.find(key?.AccessKeyId ?? '')

  const input = { UserName, NewUserName: 'Bob', NewPath: '/x/' }
  assert.deepEqual(await UpdateUser(iam)(input, caller), {})
  await refused(
    () => GetUser(iam)({ UserName }, caller),
    'NoSuchEntity',
    'The user with name ann cannot be found.',
    404,
  )
  const { User: user } = await GetUser(iam)({ UserName: 'bob' }, caller)
  const arn = `arn:aws:iam::${caller.account}:user/x/Bob`
  assert.deepEqual(
    [user?.UserName, user?.Path, user?.Arn, user?.UserId],
    ['Bob', '/x/', arn, before.User?.UserId],
  )
  const attached = await ListAttachedUserPolicies(iam)({ UserName: 'Bob' }, caller)
  assert.equal(attached.AttachedPolicies?.[0]?.PolicyArn, PolicyArn)
  await GetUserPolicy(iam)({ UserName: 'Bob', PolicyName: 'p' }, caller)
  const groups = await ListGroupsForUser(iam)({ UserName: 'Bob' }, caller)
  assert.equal(groups.Groups?.length, 1)
  const found = await iam.credentials.find(key?.AccessKeyId ?? '')
  assert.equal(found?.principal.arn, arn)
  const self = await GetUser(iam)({}, asUser(caller, found?.principal.arn ?? ''))
  assert.equal(self.User?.UserName, 'Bob')
})

test('only the case of a name, only the path, and nothing', async () => {
  const caller = newCaller()
  await makeUser(iam, caller, 'ann')
  await UpdateUser(iam)({ UserName: 'ann', NewUserName: 'ANN' }, caller)
  await UpdateUser(iam)({ UserName: 'ann', NewPath: '/p/' }, caller)
  await UpdateUser(iam)({ UserName: 'ann' }, caller)
  const { User: user } = await GetUser(iam)({ UserName: 'ann' }, caller)
  assert.equal(user?.Arn, `arn:aws:iam::${caller.account}:user/p/ANN`)
})

test('a name that another has', async () => {
  const caller = newCaller()
  await makeUser(iam, caller, 'ann')
  await makeUser(iam, caller, 'bob')
  await refused(
    () => UpdateUser(iam)({ UserName: 'ann', NewUserName: 'BOB' }, caller),
    'EntityAlreadyExists',
    'User with name BOB already exists.',
    409,
  )
})

test('a user that is not there', async () => {
  await refused(
    () => UpdateUser(iam)({ UserName: 'none' }, newCaller()),
    'NoSuchEntity',
    'The user with name none cannot be found.',
    404,
  )
})
