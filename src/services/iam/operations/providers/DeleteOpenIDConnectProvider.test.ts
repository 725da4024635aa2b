import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeOidcProvider, newCaller, openIam, refused } from '../../test-support.ts'
import { ListOpenIDConnectProviders } from './ListOpenIDConnectProviders.ts'
import { DeleteOpenIDConnectProvider } from './DeleteOpenIDConnectProvider.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('also one that is not there', async () => {
  const caller = newCaller()
  const OpenIDConnectProviderArn = await makeOidcProvider(iam, caller, 'example.com')
  const other = OpenIDConnectProviderArn.replace('example.com', 'EXAMPLE.com')
  const input = { OpenIDConnectProviderArn: other }
  assert.deepEqual(await DeleteOpenIDConnectProvider(iam)(input, caller), {})
  const left = async () => {
    const { OpenIDConnectProviderList: list } = await ListOpenIDConnectProviders(iam)({}, caller)
    return list?.length
  }
  assert.equal(await left(), 1)
  for (const _ of [1, 2]) {
    await DeleteOpenIDConnectProvider(iam)({ OpenIDConnectProviderArn }, caller)
    assert.equal(await left(), 0)
  }
})

test('what is no ARN of one', async () => {
  const OpenIDConnectProviderArn = 'arn:aws:iam::111122223333:saml-provider/x'
  await refused(
    () => DeleteOpenIDConnectProvider(iam)({ OpenIDConnectProviderArn }, newCaller()),
    'InvalidInput',
    `ARN ${OpenIDConnectProviderArn} is not valid.`,
  )
})
