import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeOidcProvider, newCaller, openIam, refused } from '../../test-support.ts'
import { ListOpenIDConnectProviderTags } from './ListOpenIDConnectProviderTags.ts'
import { TagOpenIDConnectProvider } from './TagOpenIDConnectProvider.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const first = [
  { Key: 'Test', Value: '1' },
  { Key: 'other', Value: '' },
]

test('adds, and takes the place of a key whatever its case', async () => {
  const caller = newCaller()
  const OpenIDConnectProviderArn = await makeOidcProvider(iam, caller, 'r', { Tags: first })
  const Tags = [
    { Key: 'test', Value: '2' },
    { Key: 'more', Value: '3' },
  ]
  assert.deepEqual(
    await TagOpenIDConnectProvider(iam)({ OpenIDConnectProviderArn, Tags }, caller),
    {},
  )
  const { Tags: tags } = await ListOpenIDConnectProviderTags(iam)(
    { OpenIDConnectProviderArn },
    caller,
  )
  assert.deepEqual(tags, [
    { Key: 'more', Value: '3' },
    { Key: 'other', Value: '' },
    { Key: 'test', Value: '2' },
  ])
})

test('the same key twice is refused, and so are more than 50 in the end', async () => {
  const caller = newCaller()
  const OpenIDConnectProviderArn = await makeOidcProvider(iam, caller, 'r', { Tags: first })
  const tags = (keys: readonly string[]) => keys.map((Key) => ({ Key, Value: 'v' }))
  await refused(
    () =>
      TagOpenIDConnectProvider(iam)({ OpenIDConnectProviderArn, Tags: tags(['a', 'A']) }, caller),
    'InvalidInput',
    'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
  )
  const more = Array.from({ length: 49 }, (_, index) => `k${index}`)
  await refused(
    () => TagOpenIDConnectProvider(iam)({ OpenIDConnectProviderArn, Tags: tags(more) }, caller),
    'LimitExceeded',
    'Cannot exceed quota for TagsPerOpenIdConnectProvider: 50',
    409,
  )
  await TagOpenIDConnectProvider(iam)(
    { OpenIDConnectProviderArn, Tags: tags(['TEST', ...more.slice(1)]) },
    caller,
  )
})

test('a provider that is not there', async () => {
  const caller = newCaller()
  const OpenIDConnectProviderArn = `arn:aws:iam::${caller.account}:oidc-provider/none`
  await refused(
    () => TagOpenIDConnectProvider(iam)({ OpenIDConnectProviderArn, Tags: first }, caller),
    'NoSuchEntity',
    `OpenIDConnect Provider not found for arn ${OpenIDConnectProviderArn}`,
    404,
  )
})
