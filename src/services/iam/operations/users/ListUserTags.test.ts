import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { allPages, makeUser, newCaller, openIam, refused } from '../../test-support.ts'
import { ListUserTags } from './ListUserTags.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const long = 'x'.repeat(120)
const first = ['b', 'a', `${long}c`, `${long}d`].map((Key) => ({ Key, Value: 'v' }))

test('sorted by key, in pages', async () => {
  const caller = newCaller()
  await makeUser(iam, caller, 'r', { Tags: first })
  const UserName = 'r'
  for (const MaxItems of [1, 3, 4]) {
    const pages = await allPages(
      (Marker) => ListUserTags(iam)({ UserName, MaxItems, Marker }, caller),
      (answer) => answer.Tags ?? [],
    )
    assert.deepEqual(
      pages.flat().map((tag) => tag.Key),
      ['a', 'b', `${long}c`, `${long}d`],
    )
    assert.equal(pages[0]?.length, MaxItems)
  }
})

test('a marker that is none is refused', async () => {
  const caller = newCaller()
  await makeUser(iam, caller, 'r', { Tags: first })
  const UserName = 'r'
  for (const Marker of ['x', Buffer.from('tags:x').toString('base64url')]) {
    await refused(
      () => ListUserTags(iam)({ UserName, Marker }, caller),
      'ValidationError',
      'Invalid Marker.',
    )
  }
})

test('a user that is not there', async () => {
  const caller = newCaller()
  const UserName = 'none'
  await refused(
    () => ListUserTags(iam)({ UserName }, caller),
    'NoSuchEntity',
    'The user with name none cannot be found.',
    404,
  )
})
