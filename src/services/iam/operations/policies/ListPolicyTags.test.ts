import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { allPages, makePolicy, newCaller, openIam, refused } from '../../test-support.ts'
import { ListPolicyTags } from './ListPolicyTags.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const long = 'x'.repeat(120)
const first = ['b', 'a', `${long}c`, `${long}d`].map((Key) => ({ Key, Value: 'v' }))

test('sorted by key, in pages', async () => {
  const caller = newCaller()
  const PolicyArn = await makePolicy(iam, caller, 'p', { Tags: first })
  for (const MaxItems of [1, 3, 4]) {
    const pages = await allPages(
      (Marker) => ListPolicyTags(iam)({ PolicyArn, MaxItems, Marker }, caller),
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
  const PolicyArn = await makePolicy(iam, caller, 'p', { Tags: first })
  for (const Marker of ['x', Buffer.from('tags:x').toString('base64url')]) {
    await refused(
      () => ListPolicyTags(iam)({ PolicyArn, Marker }, caller),
      'ValidationError',
      'Invalid Marker.',
    )
  }
})

test('a policy that is not there', async () => {
  const caller = newCaller()
  const PolicyArn = `arn:aws:iam::${caller.account}:policy/none`
  await refused(
    () => ListPolicyTags(iam)({ PolicyArn }, caller),
    'NoSuchEntity',
    `Policy ${PolicyArn} was not found.`,
    404,
  )
})
