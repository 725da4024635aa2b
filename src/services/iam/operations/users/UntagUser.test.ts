import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeUser, newCaller, openIam, refused } from '../../test-support.ts'
import { ListUserTags } from './ListUserTags.ts'
import { UntagUser } from './UntagUser.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const first = ['a', 'b', 'c'].map((Key) => ({ Key, Value: 'v' }))

test('removes keys whatever their case and ignores those that are not there', async () => {
  const caller = newCaller()
  await makeUser(iam, caller, 'r', { Tags: first })
  const UserName = 'r'
  const TagKeys = ['A', 'c', 'none']
  assert.deepEqual(await UntagUser(iam)({ UserName, TagKeys }, caller), {})
  const { Tags: tags } = await ListUserTags(iam)({ UserName }, caller)
  assert.deepEqual(tags, [{ Key: 'b', Value: 'v' }])
})

test('a user that is not there', async () => {
  const caller = newCaller()
  const UserName = 'none'
  await refused(
    () => UntagUser(iam)({ UserName, TagKeys: ['a'] }, caller),
    'NoSuchEntity',
    'The user with name none cannot be found.',
    404,
  )
})
