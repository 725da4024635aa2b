import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeSamlProvider, newCaller, openIam, refused } from '../../test-support.ts'
import { ListSAMLProviders } from './ListSAMLProviders.ts'
import { DeleteSAMLProvider } from './DeleteSAMLProvider.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('once', async () => {
  const caller = newCaller()
  const SAMLProviderArn = await makeSamlProvider(iam, caller, 'corp')
  assert.deepEqual(await DeleteSAMLProvider(iam)({ SAMLProviderArn }, caller), {})
  assert.deepEqual(await ListSAMLProviders(iam)({}, caller), { SAMLProviderList: [] })
})

test('a provider that is not there, and what is no ARN of one', async () => {
  const caller = newCaller()
  const SAMLProviderArn = `arn:aws:iam::${caller.account}:saml-provider/none`
  await refused(
    () => DeleteSAMLProvider(iam)({ SAMLProviderArn }, caller),
    'NoSuchEntity',
    `Manifest not found for arn ${SAMLProviderArn}`,
    404,
  )
  for (const arn of ['x', `arn:aws:iam::${caller.account}:role/none`]) {
    await refused(
      () => DeleteSAMLProvider(iam)({ SAMLProviderArn: arn }, caller),
      'InvalidInput',
      `ARN ${arn} is not valid.`,
    )
  }
})
