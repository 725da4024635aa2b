import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeUser, newCaller, openIam, refused } from '../../test-support.ts'
import { DeleteUserPermissionsBoundary } from './DeleteUserPermissionsBoundary.ts'
import { GetUser } from './GetUser.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('removes it; also when there is none', async () => {
  const caller = newCaller()
  const UserName = 'r'
  await makeUser(iam, caller, UserName, { PermissionsBoundary: 'arn:aws:iam::aws:policy/X' })
  for (const _ of [1, 2]) {
    assert.deepEqual(await DeleteUserPermissionsBoundary(iam)({ UserName }, caller), {})
    const { User: user } = await GetUser(iam)({ UserName }, caller)
    assert.equal(user?.PermissionsBoundary, undefined)
  }
})

test('a user that is not there', async () => {
  await refused(
    () => DeleteUserPermissionsBoundary(iam)({ UserName: 'none' }, newCaller()),
    'NoSuchEntity',
    'The user with name none cannot be found.',
    404,
  )
})
