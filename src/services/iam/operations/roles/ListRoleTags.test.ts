import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { allPages, makeRole, newCaller, openIam, refused } from '../../test-support.ts'
import { ListRoleTags } from './ListRoleTags.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const long = 'x'.repeat(120)
const first = ['b', 'a', `${long}c`, `${long}d`].map((Key) => ({ Key, Value: 'v' }))

test('sorted by key, in pages', async () => {
  const caller = newCaller()
  await makeRole(iam, caller, 'r', { Tags: first })
  const RoleName = 'r'
  for (const MaxItems of [1, 3, 4]) {
    const pages = await allPages(
      (Marker) => ListRoleTags(iam)({ RoleName, MaxItems, Marker }, caller),
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
  await makeRole(iam, caller, 'r', { Tags: first })
  const RoleName = 'r'
  for (const Marker of ['x', Buffer.from('tags:x').toString('base64url')]) {
    await refused(
      () => ListRoleTags(iam)({ RoleName, Marker }, caller),
      'ValidationError',
      'Invalid Marker.',
    )
  }
})

test('a role that is not there', async () => {
  const caller = newCaller()
  const RoleName = 'none'
  await refused(
    () => ListRoleTags(iam)({ RoleName }, caller),
    'NoSuchEntity',
    'The role with name none cannot be found.',
    404,
  )
})
