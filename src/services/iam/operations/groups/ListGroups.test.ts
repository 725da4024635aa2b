import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { allPages, makeGroup, newCaller, openIam } from '../../test-support.ts'
import { ListGroups } from './ListGroups.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('by name, whatever the case, by path, in pages', async () => {
  const caller = newCaller()
  for (const name of ['b', 'C', 'a']) await makeGroup(iam, caller, name)
  await makeGroup(iam, caller, 'd', { Path: '/x/y/' })
  for (const MaxItems of [1, 3, 4]) {
    const pages = await allPages(
      (Marker) => ListGroups(iam)({ MaxItems, Marker }, caller),
      (answer) => answer.Groups ?? [],
    )
    assert.deepEqual(
      pages.flat().map((each) => each.GroupName),
      ['a', 'b', 'C', 'd'],
    )
    assert.equal(pages.length, Math.ceil(4 / MaxItems))
  }
  const { Groups: ofPath } = await ListGroups(iam)({ PathPrefix: '/x/' }, caller)
  assert.deepEqual(
    ofPath?.map((each) => each.GroupName),
    ['d'],
  )
  assert.deepEqual(await ListGroups(iam)({}, newCaller()), { Groups: [], IsTruncated: false })
})
