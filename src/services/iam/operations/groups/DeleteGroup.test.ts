import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeGroup, makeUser, newCaller, openIam, refused } from '../../test-support.ts'
import { AddUserToGroup } from './AddUserToGroup.ts'
import { AttachGroupPolicy } from './AttachGroupPolicy.ts'
import { DetachGroupPolicy } from './DetachGroupPolicy.ts'
import { RemoveUserFromGroup } from './RemoveUserFromGroup.ts'
import { DeleteGroup } from './DeleteGroup.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('its policies and users must have gone before', async () => {
  const caller = newCaller()
  await makeGroup(iam, caller, 'g')
  await makeUser(iam, caller, 'ann')
  const member = { GroupName: 'g', UserName: 'ann' }
  const attached = { GroupName: 'g', PolicyArn: 'arn:aws:iam::aws:policy/X' }
  await AddUserToGroup(iam)(member, caller)
  await AttachGroupPolicy(iam)(attached, caller)
  const conflict = (words: string) =>
    refused(
      () => DeleteGroup(iam)({ GroupName: 'g' }, caller),
      'DeleteConflict',
      `Cannot delete entity, must ${words} first.`,
      409,
    )
  await conflict('detach all policies')
  await DetachGroupPolicy(iam)(attached, caller)
  await conflict('remove users from group')
  await RemoveUserFromGroup(iam)(member, caller)
  assert.deepEqual(await DeleteGroup(iam)({ GroupName: 'g' }, caller), {})
})

test('a group that is not there', async () => {
  await refused(
    () => DeleteGroup(iam)({ GroupName: 'none' }, newCaller()),
    'NoSuchEntity',
    'The group with name none cannot be found.',
    404,
  )
})
