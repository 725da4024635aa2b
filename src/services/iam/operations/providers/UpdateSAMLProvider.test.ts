import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeSamlProvider, newCaller, openIam, refused, samlMetadata } from '../../test-support.ts'
import { GetSAMLProvider } from './GetSAMLProvider.ts'
import { UpdateSAMLProvider } from './UpdateSAMLProvider.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('new metadata in the place of the old, or nothing', async () => {
  const caller = newCaller()
  const SAMLProviderArn = await makeSamlProvider(iam, caller, 'corp')
  const document = samlMetadata.replace(' entityID', ' validUntil="2030-05-06T07:08:09Z" entityID')
  const input = { SAMLProviderArn, SAMLMetadataDocument: document }
  assert.deepEqual(await UpdateSAMLProvider(iam)(input, caller), { SAMLProviderArn })
  await UpdateSAMLProvider(iam)({ SAMLProviderArn }, caller)
  const provider = await GetSAMLProvider(iam)({ SAMLProviderArn }, caller)
  assert.equal(provider.SAMLMetadataDocument, document)
  assert.deepEqual(provider.ValidUntil, new Date('2030-05-06T07:08:09Z'))
  await refused(
    () => UpdateSAMLProvider(iam)({ SAMLProviderArn, SAMLMetadataDocument: 'x' }, caller),
    'InvalidInput',
    'Could not parse metadata',
  )
})

test('encrypted assertions are refused by name', async () => {
  const caller = newCaller()
  for (const member of [{ AssertionEncryptionMode: 'Allowed' as const }, { AddPrivateKey: 'k' }]) {
    await refused(
      () =>
        UpdateSAMLProvider(iam)(
          { SAMLProviderArn: 'arn:aws:iam::111122223333:saml-provider/x', ...member },
          caller,
        ),
      'InvalidInput',
      `lambdad does not serve ${Object.keys(member)[0]} of SAML providers.`,
    )
  }
})

test('a provider that is not there, and what is no ARN of one', async () => {
  const caller = newCaller()
  const SAMLProviderArn = `arn:aws:iam::${caller.account}:saml-provider/none`
  await refused(
    () => UpdateSAMLProvider(iam)({ SAMLProviderArn }, caller),
    'NoSuchEntity',
    `Manifest not found for arn ${SAMLProviderArn}`,
    404,
  )
  for (const arn of ['x', `arn:aws:iam::${caller.account}:role/none`]) {
    await refused(
      () => UpdateSAMLProvider(iam)({ SAMLProviderArn: arn }, caller),
      'InvalidInput',
      `ARN ${arn} is not valid.`,
    )
  }
})
