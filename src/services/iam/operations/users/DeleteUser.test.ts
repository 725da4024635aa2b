import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { logsPolicy, makeGroup, makeUser, newCaller, openIam, refused } from '../../test-support.ts'
import { CreateAccessKey } from '../access-keys/CreateAccessKey.ts'
import { DeleteAccessKey } from '../access-keys/DeleteAccessKey.ts'
import { AddUserToGroup } from '../groups/AddUserToGroup.ts'
import { RemoveUserFromGroup } from '../groups/RemoveUserFromGroup.ts'
import { AttachUserPolicy } from './AttachUserPolicy.ts'
import { DeleteUserPolicy } from './DeleteUserPolicy.ts'
import { DetachUserPolicy } from './DetachUserPolicy.ts'
import { PutUserPolicy } from './PutUserPolicy.ts'
import { DeleteUser } from './DeleteUser.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('policies, groups and keys must have gone before', async () => {
  const caller = newCaller()
  const UserName = 'ann'
  await makeUser(iam, caller, UserName)
  await makeGroup(iam, caller, 'g')
  const PolicyArn = 'arn:aws:iam::aws:policy/X'
  const group = { GroupName: 'g', UserName }
  await AttachUserPolicy(iam)({ UserName, PolicyArn }, caller)
  await PutUserPolicy(iam)({ UserName, PolicyName: 'p', PolicyDocument: logsPolicy }, caller)
  await AddUserToGroup(iam)(group, caller)
  const { AccessKey: key } = await CreateAccessKey(iam)({ UserName }, caller)
  const conflict = (words: string) =>
    refused(
      () => DeleteUser(iam)({ UserName }, caller),
      'DeleteConflict',
      `Cannot delete entity, must ${words} first.`,
      409,
    )
  await conflict('detach all policies')
  await DetachUserPolicy(iam)({ UserName, PolicyArn }, caller)
  await conflict('delete policies')
  await DeleteUserPolicy(iam)({ UserName, PolicyName: 'p' }, caller)
  await conflict('remove users from group')
  await RemoveUserFromGroup(iam)(group, caller)
  await conflict('delete access keys')
  await DeleteAccessKey(iam)({ UserName, AccessKeyId: key?.AccessKeyId }, caller)
  assert.deepEqual(await DeleteUser(iam)({ UserName }, caller), {})
  await refused(
    () => DeleteUser(iam)({ UserName }, caller),
    'NoSuchEntity',
    'The user with name ann cannot be found.',
    404,
  )
})
