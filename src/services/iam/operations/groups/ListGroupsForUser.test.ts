import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { allPages, makeGroup, makeUser, newCaller, openIam, refused } from '../../test-support.ts'
import { AddUserToGroup } from './AddUserToGroup.ts'
import { ListGroupsForUser } from './ListGroupsForUser.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('by name, in pages', async () => {
  const caller = newCaller()
  await makeUser(iam, caller, 'ann')
  for (const GroupName of ['b', 'A', 'c', 'not-hers']) {
    await makeGroup(iam, caller, GroupName)
    if (GroupName !== 'not-hers') await AddUserToGroup(iam)({ GroupName, UserName: 'ann' }, caller)
  }
  for (const MaxItems of [1, 2, 3]) {
    const pages = await allPages(
      (Marker) => ListGroupsForUser(iam)({ UserName: 'ann', MaxItems, Marker }, caller),
      (answer) => answer.Groups ?? [],
    )
    assert.deepEqual(
      pages.flat().map((group) => group.GroupName),
      ['A', 'b', 'c'],
    )
  }
})

test('a user that is not there', async () => {
  await refused(
    () => ListGroupsForUser(iam)({ UserName: 'none' }, newCaller()),
    'NoSuchEntity',
    'The user with name none cannot be found.',
    404,
  )
})
