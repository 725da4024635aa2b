import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { allPages, makeGroup, makeUser, newCaller, openIam, refused } from '../../test-support.ts'
import { AddUserToGroup } from './AddUserToGroup.ts'
import { GetGroup } from './GetGroup.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('with its users by name, in pages', async () => {
  const caller = newCaller()
  const arn = await makeGroup(iam, caller, 'Devs')
  await makeGroup(iam, caller, 'others')
  for (const UserName of ['b', 'C', 'a']) {
    await makeUser(iam, caller, UserName, { Tags: [{ Key: 'k', Value: 'v' }] })
    await AddUserToGroup(iam)({ GroupName: 'devs', UserName }, caller)
  }
  for (const MaxItems of [1, 2, 3]) {
    const pages = await allPages(
      (Marker) => GetGroup(iam)({ GroupName: 'devs', MaxItems, Marker }, caller),
      (answer) => answer.Users ?? [],
    )
    assert.deepEqual(
      pages.flat().map((user) => user.UserName),
      ['a', 'b', 'C'],
    )
  }
  const { Group: group, Users: users } = await GetGroup(iam)({ GroupName: 'devs' }, caller)
  assert.equal(group?.Arn, arn)
  assert.equal(users?.[0]?.Tags, undefined)
  const others = await GetGroup(iam)({ GroupName: 'others' }, caller)
  assert.deepEqual(others.Users, [])
})

test('a group that is not there', async () => {
  await refused(
    () => GetGroup(iam)({ GroupName: 'none' }, newCaller()),
    'NoSuchEntity',
    'The group with name none cannot be found.',
    404,
  )
})
