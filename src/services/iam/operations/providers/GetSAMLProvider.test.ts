import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeSamlProvider, newCaller, openIam, refused, samlMetadata } from '../../test-support.ts'
import { GetSAMLProvider } from './GetSAMLProvider.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('its metadata verbatim', async () => {
  const caller = newCaller()
  const Tags = [{ Key: 'a', Value: 'b' }]
  const SAMLProviderArn = await makeSamlProvider(iam, caller, 'corp', { Tags })
  const provider = await GetSAMLProvider(iam)({ SAMLProviderArn }, caller)
  assert.match(provider.SAMLProviderUUID ?? '', /^[A-Z0-9]{32}$/)
  assert.deepEqual(provider, {
    SAMLProviderUUID: provider.SAMLProviderUUID,
    SAMLMetadataDocument: samlMetadata,
    CreateDate: new Date('2026-01-02T03:04:05Z'),
    ValidUntil: new Date('2126-01-02T03:04:05Z'),
    Tags,
  })
})

test('a provider that is not there, and what is no ARN of one', async () => {
  const caller = newCaller()
  const SAMLProviderArn = `arn:aws:iam::${caller.account}:saml-provider/none`
  await refused(
    () => GetSAMLProvider(iam)({ SAMLProviderArn }, caller),
    'NoSuchEntity',
    `Manifest not found for arn ${SAMLProviderArn}`,
    404,
  )
  for (const arn of ['x', `arn:aws:iam::${caller.account}:role/none`]) {
    await refused(
      () => GetSAMLProvider(iam)({ SAMLProviderArn: arn }, caller),
      'InvalidInput',
      `ARN ${arn} is not valid.`,
    )
  }
})
