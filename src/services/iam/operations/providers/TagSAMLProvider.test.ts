import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeSamlProvider, newCaller, openIam, refused } from '../../test-support.ts'
import { ListSAMLProviderTags } from './ListSAMLProviderTags.ts'
import { TagSAMLProvider } from './TagSAMLProvider.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const first = [
  { Key: 'Test', Value: '1' },
  { Key: 'other', Value: '' },
]

test('adds, and takes the place of a key whatever its case', async () => {
  const caller = newCaller()
  const SAMLProviderArn = await makeSamlProvider(iam, caller, 'r', { Tags: first })
  const Tags = [
    { Key: 'test', Value: '2' },
    { Key: 'more', Value: '3' },
  ]
  assert.deepEqual(await TagSAMLProvider(iam)({ SAMLProviderArn, Tags }, caller), {})
  const { Tags: tags } = await ListSAMLProviderTags(iam)({ SAMLProviderArn }, caller)
  assert.deepEqual(tags, [
    { Key: 'more', Value: '3' },
    { Key: 'other', Value: '' },
    { Key: 'test', Value: '2' },
  ])
})

test('the same key twice is refused, and so are more than 50 in the end', async () => {
  const caller = newCaller()
  const SAMLProviderArn = await makeSamlProvider(iam, caller, 'r', { Tags: first })
  const tags = (keys: readonly string[]) => keys.map((Key) => ({ Key, Value: 'v' }))
  await refused(
    () => TagSAMLProvider(iam)({ SAMLProviderArn, Tags: tags(['a', 'A']) }, caller),
    'InvalidInput',
    'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
  )
  const more = Array.from({ length: 49 }, (_, index) => `k${index}`)
  await refused(
    () => TagSAMLProvider(iam)({ SAMLProviderArn, Tags: tags(more) }, caller),
    'LimitExceeded',
    'Cannot exceed quota for TagsPerSAMLProvider: 50',
    409,
  )
  await TagSAMLProvider(iam)({ SAMLProviderArn, Tags: tags(['TEST', ...more.slice(1)]) }, caller)
})

test('a provider that is not there', async () => {
  const caller = newCaller()
  const SAMLProviderArn = `arn:aws:iam::${caller.account}:saml-provider/none`
  await refused(
    () => TagSAMLProvider(iam)({ SAMLProviderArn, Tags: first }, caller),
    'NoSuchEntity',
    `Manifest not found for arn ${SAMLProviderArn}`,
    404,
  )
})
