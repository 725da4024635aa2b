import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeSamlProvider, newCaller, openIam, refused } from '../../test-support.ts'
import { ListSAMLProviderTags } from './ListSAMLProviderTags.ts'
import { UntagSAMLProvider } from './UntagSAMLProvider.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const first = ['a', 'b', 'c'].map((Key) => ({ Key, Value: 'v' }))

test('removes keys whatever their case and ignores those that are not there', async () => {
  const caller = newCaller()
  const SAMLProviderArn = await makeSamlProvider(iam, caller, 'r', { Tags: first })
  const TagKeys = ['A', 'c', 'none']
  assert.deepEqual(await UntagSAMLProvider(iam)({ SAMLProviderArn, TagKeys }, caller), {})
  const { Tags: tags } = await ListSAMLProviderTags(iam)({ SAMLProviderArn }, caller)
  assert.deepEqual(tags, [{ Key: 'b', Value: 'v' }])
})

test('a provider that is not there', async () => {
  const caller = newCaller()
  const SAMLProviderArn = `arn:aws:iam::${caller.account}:saml-provider/none`
  await refused(
    () => UntagSAMLProvider(iam)({ SAMLProviderArn, TagKeys: ['a'] }, caller),
    'NoSuchEntity',
    `Manifest not found for arn ${SAMLProviderArn}`,
    404,
  )
})
