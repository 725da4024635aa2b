import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { allPages, makeUser, newCaller, openIam } from '../../test-support.ts'
import { ListUsers } from './ListUsers.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('by name, whatever the case, by path, in pages', async () => {
  const caller = newCaller()
  for (const name of ['b', 'C', 'a']) await makeUser(iam, caller, name)
  await makeUser(iam, caller, 'd', { Path: '/x/y/' })
  for (const MaxItems of [1, 3, 4]) {
    const pages = await allPages(
      (Marker) => ListUsers(iam)({ MaxItems, Marker }, caller),
      (answer) => answer.Users ?? [],
    )
    assert.deepEqual(
      pages.flat().map((each) => each.UserName),
      ['a', 'b', 'C', 'd'],
    )
    assert.equal(pages.length, Math.ceil(4 / MaxItems))
  }
  const { Users: ofPath } = await ListUsers(iam)({ PathPrefix: '/x/' }, caller)
  assert.deepEqual(
    ofPath?.map((each) => each.UserName),
    ['d'],
  )
  assert.deepEqual(await ListUsers(iam)({}, newCaller()), { Users: [], IsTruncated: false })
})
