import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeOidcProvider, newCaller, openIam, refused } from '../../test-support.ts'
import { GetOpenIDConnectProvider } from './GetOpenIDConnectProvider.ts'
import { AddClientIDToOpenIDConnectProvider } from './AddClientIDToOpenIDConnectProvider.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('once and again is once, up to a hundred', async () => {
  const caller = newCaller()
  const ClientIDList = Array.from({ length: 99 }, (_, index) => `c${index}`)
  const OpenIDConnectProviderArn = await makeOidcProvider(iam, caller, 'example.com', {
    ClientIDList,
  })
  const add = (ClientID: string) =>
    AddClientIDToOpenIDConnectProvider(iam)({ OpenIDConnectProviderArn, ClientID }, caller)
  for (const _ of [1, 2]) assert.deepEqual(await add('new'), {})
  await refused(
    () => add('one-more'),
    'LimitExceeded',
    'Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100',
    409,
  )
  const provider = await GetOpenIDConnectProvider(iam)({ OpenIDConnectProviderArn }, caller)
  assert.deepEqual(provider.ClientIDList, [...ClientIDList, 'new'])
})

test('a provider that is not there, and what is no ARN of one', async () => {
  const caller = newCaller()
  const OpenIDConnectProviderArn = `arn:aws:iam::${caller.account}:oidc-provider/none`
  await refused(
    () =>
      AddClientIDToOpenIDConnectProvider(iam)({ OpenIDConnectProviderArn, ClientID: 'c' }, caller),
    'NoSuchEntity',
    `OpenIDConnect Provider not found for arn ${OpenIDConnectProviderArn}`,
    404,
  )
  for (const arn of ['x', `arn:aws:iam::${caller.account}:role/none`]) {
    await refused(
      () =>
        AddClientIDToOpenIDConnectProvider(iam)(
          { OpenIDConnectProviderArn: arn, ClientID: 'c' },
          caller,
        ),
      'InvalidInput',
      `ARN ${arn} is not valid.`,
    )
  }
})
