import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeGroup, makeUser, newCaller, openIam, refused } from '../../test-support.ts'
import { AddUserToGroup } from './AddUserToGroup.ts'
import { GetGroup } from './GetGroup.ts'
import { RemoveUserFromGroup } from './RemoveUserFromGroup.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('the user goes, the others stay; also who was not in it', async () => {
  const caller = newCaller()
  await makeGroup(iam, caller, 'g')
  for (const UserName of ['ann', 'bob']) {
    await makeUser(iam, caller, UserName)
    await AddUserToGroup(iam)({ GroupName: 'g', UserName }, caller)
  }
  for (const _ of [1, 2]) {
    const input = { GroupName: 'g', UserName: 'ann' }
    assert.deepEqual(await RemoveUserFromGroup(iam)(input, caller), {})
    const { Users: users } = await GetGroup(iam)({ GroupName: 'g' }, caller)
    assert.deepEqual(
      users?.map((user) => user.UserName),
      ['bob'],
    )
  }
})

test('a group that is not there', async () => {
  await refused(
    () => RemoveUserFromGroup(iam)({ GroupName: 'none', UserName: 'u' }, newCaller()),
    'NoSuchEntity',
    'The group with name none cannot be found.',
    404,
  )
})
