import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeGroup, makeUser, newCaller, openIam, refused } from '../../test-support.ts'
import { GetGroup } from './GetGroup.ts'
import { AddUserToGroup } from './AddUserToGroup.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('once and again is once', async () => {
  const caller = newCaller()
  await makeGroup(iam, caller, 'g')
  await makeUser(iam, caller, 'ann')
  for (const UserName of ['ann', 'ANN']) {
    assert.deepEqual(await AddUserToGroup(iam)({ GroupName: 'G', UserName }, caller), {})
  }
  assert.equal((await GetGroup(iam)({ GroupName: 'g' }, caller)).Users?.length, 1)
})

test('a user is in ten groups at most; being in one already is no eleventh', async () => {
  const caller = newCaller()
  await makeUser(iam, caller, 'ann')
  for (let index = 0; index <= 10; index += 1) await makeGroup(iam, caller, `g${index}`)
  const add = (index: number) =>
    AddUserToGroup(iam)({ GroupName: `g${index}`, UserName: 'ann' }, caller)
  for (let index = 0; index < 10; index += 1) await add(index)
  await add(3)
  await refused(() => add(10), 'LimitExceeded', 'Cannot exceed quota for GroupsPerUser: 10', 409)
})

test('groups and users that are not there', async () => {
  const caller = newCaller()
  await makeGroup(iam, caller, 'g')
  await refused(
    () => AddUserToGroup(iam)({ GroupName: 'none', UserName: 'none' }, caller),
    'NoSuchEntity',
    'The group with name none cannot be found.',
    404,
  )
  await refused(
    () => AddUserToGroup(iam)({ GroupName: 'g', UserName: 'none' }, caller),
    'NoSuchEntity',
    'The user with name none cannot be found.',
    404,
  )
})
