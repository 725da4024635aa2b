import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeOidcProvider, newCaller, openIam, refused } from '../../test-support.ts'
import { GetOpenIDConnectProvider } from './GetOpenIDConnectProvider.ts'
import { RemoveClientIDFromOpenIDConnectProvider } from './RemoveClientIDFromOpenIDConnectProvider.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('also one that is not there', async () => {
  const caller = newCaller()
  const OpenIDConnectProviderArn = await makeOidcProvider(iam, caller, 'example.com', {
    ClientIDList: ['a', 'b'],
  })
  for (const _ of [1, 2]) {
    const input = { OpenIDConnectProviderArn, ClientID: 'a' }
    assert.deepEqual(await RemoveClientIDFromOpenIDConnectProvider(iam)(input, caller), {})
    const provider = await GetOpenIDConnectProvider(iam)(input, caller)
    assert.deepEqual(provider.ClientIDList, ['b'])
  }
})

test('a provider that is not there, and what is no ARN of one', async () => {
  const caller = newCaller()
  const OpenIDConnectProviderArn = `arn:aws:iam::${caller.account}:oidc-provider/none`
  await refused(
    () =>
      RemoveClientIDFromOpenIDConnectProvider(iam)(
        { OpenIDConnectProviderArn, ClientID: 'c' },
        caller,
      ),
    'NoSuchEntity',
    `OpenIDConnect Provider not found for arn ${OpenIDConnectProviderArn}`,
    404,
  )
  for (const arn of ['x', `arn:aws:iam::${caller.account}:role/none`]) {
    await refused(
      () =>
        RemoveClientIDFromOpenIDConnectProvider(iam)(
          { OpenIDConnectProviderArn: arn, ClientID: 'c' },
          caller,
        ),
      'InvalidInput',
      `ARN ${arn} is not valid.`,
    )
  }
})
