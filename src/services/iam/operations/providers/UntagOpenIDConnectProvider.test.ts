import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeOidcProvider, newCaller, openIam, refused } from '../../test-support.ts'
import { ListOpenIDConnectProviderTags } from './ListOpenIDConnectProviderTags.ts'
import { UntagOpenIDConnectProvider } from './UntagOpenIDConnectProvider.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const first = ['a', 'b', 'c'].map((Key) => ({ Key, Value: 'v' }))

test('removes keys whatever their case and ignores those that are not there', async () => {
  const caller = newCaller()
  const OpenIDConnectProviderArn = await makeOidcProvider(iam, caller, 'r', { Tags: first })
  const TagKeys = ['A', 'c', 'none']
  assert.deepEqual(
    await UntagOpenIDConnectProvider(iam)({ OpenIDConnectProviderArn, TagKeys }, caller),
    {},
  )
  const { Tags: tags } = await ListOpenIDConnectProviderTags(iam)(
    { OpenIDConnectProviderArn },
    caller,
  )
  assert.deepEqual(tags, [{ Key: 'b', Value: 'v' }])
})

test('a provider that is not there', async () => {
  const caller = newCaller()
  const OpenIDConnectProviderArn = `arn:aws:iam::${caller.account}:oidc-provider/none`
  await refused(
    () => UntagOpenIDConnectProvider(iam)({ OpenIDConnectProviderArn, TagKeys: ['a'] }, caller),
    'NoSuchEntity',
    `OpenIDConnect Provider not found for arn ${OpenIDConnectProviderArn}`,
    404,
  )
})
