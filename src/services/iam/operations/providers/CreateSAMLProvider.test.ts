import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeSamlProvider, newCaller, openIam, refused, samlMetadata } from '../../test-support.ts'
import { GetSAMLProvider } from './GetSAMLProvider.ts'
import { CreateSAMLProvider } from './CreateSAMLProvider.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const SAMLMetadataDocument = samlMetadata

test('its ARN is its name', async () => {
  const caller = newCaller()
  const Tags = [{ Key: 'a', Value: 'b' }]
  const input = { Name: 'Corp', SAMLMetadataDocument, Tags }
  assert.deepEqual(await CreateSAMLProvider(iam)(input, caller), {
    SAMLProviderArn: `arn:aws:iam::${caller.account}:saml-provider/Corp`,
    Tags,
  })
  await refused(
    () => makeSamlProvider(iam, caller, 'corp'),
    'EntityAlreadyExists',
    'Provider with name corp already exists.',
    409,
  )
})

test('is good until its metadata say, or a hundred years', async () => {
  const caller = newCaller()
  const until = samlMetadata.replace(' entityID', ' validUntil="2030-05-06T07:08:09Z" entityID')
  const cases = [
    ['stated', until, '2030-05-06T07:08:09Z'],
    ['silent', samlMetadata, '2126-01-02T03:04:05Z'],
    ['unreadable', until.replace('2030-05-06T07:08:09Z', 'soon'), '2126-01-02T03:04:05Z'],
  ] as const
  for (const [name, metadata, expected] of cases) {
    const more = { SAMLMetadataDocument: metadata }
    const SAMLProviderArn = await makeSamlProvider(iam, caller, name, more)
    const { ValidUntil: validUntil } = await GetSAMLProvider(iam)({ SAMLProviderArn }, caller)
    assert.deepEqual(validUntil, new Date(expected))
  }
})

test('metadata that are none', async () => {
  for (const document of ['x'.repeat(1000), samlMetadata.replace('entityID', 'id'), '<a/>']) {
    await refused(
      () => CreateSAMLProvider(iam)({ Name: 'n', SAMLMetadataDocument: document }, newCaller()),
      'InvalidInput',
      'Could not parse metadata',
    )
  }
})

test('an account has a hundred at most', async () => {
  const caller = newCaller()
  for (let index = 0; index < 100; index += 1) await makeSamlProvider(iam, caller, `p${index}`)
  await refused(
    () => makeSamlProvider(iam, caller, 'one-more'),
    'LimitExceeded',
    'Cannot exceed quota for SAMLProvidersPerAccount: 100',
    409,
  )
})

test('encrypted assertions are refused by name', async () => {
  const caller = newCaller()
  for (const member of [{ AssertionEncryptionMode: 'Allowed' as const }, { AddPrivateKey: 'k' }]) {
    await refused(
      () => CreateSAMLProvider(iam)({ Name: 'n', SAMLMetadataDocument, ...member }, caller),
      'InvalidInput',
      `lambdad does not serve ${Object.keys(member)[0]} of SAML providers.`,
    )
  }
})
