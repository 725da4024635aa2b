import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { allPages, makeOidcProvider, newCaller, openIam, refused } from '../../test-support.ts'
import { ListOpenIDConnectProviderTags } from './ListOpenIDConnectProviderTags.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const long = 'x'.repeat(120)
const first = ['b', 'a', `${long}c`, `${long}d`].map((Key) => ({ Key, Value: 'v' }))

test('sorted by key, in pages', async () => {
  const caller = newCaller()
  const OpenIDConnectProviderArn = await makeOidcProvider(iam, caller, 'r', { Tags: first })
  for (const MaxItems of [1, 3, 4]) {
    const pages = await allPages(
      (Marker) =>
        ListOpenIDConnectProviderTags(iam)({ OpenIDConnectProviderArn, MaxItems, Marker }, caller),
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
  const OpenIDConnectProviderArn = await makeOidcProvider(iam, caller, 'r', { Tags: first })
  for (const Marker of ['x', Buffer.from('tags:x').toString('base64url')]) {
    await refused(
      () => ListOpenIDConnectProviderTags(iam)({ OpenIDConnectProviderArn, Marker }, caller),
      'ValidationError',
      'Invalid Marker.',
    )
  }
})

test('a provider that is not there', async () => {
  const caller = newCaller()
  const OpenIDConnectProviderArn = `arn:aws:iam::${caller.account}:oidc-provider/none`
  await refused(
    () => ListOpenIDConnectProviderTags(iam)({ OpenIDConnectProviderArn }, caller),
    'NoSuchEntity',
    `OpenIDConnect Provider not found for arn ${OpenIDConnectProviderArn}`,
    404,
  )
})
