import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeOidcProvider, newCaller, openIam, refused } from '../../test-support.ts'
import { GetOpenIDConnectProvider } from './GetOpenIDConnectProvider.ts'
import { UpdateOpenIDConnectProviderThumbprint } from './UpdateOpenIDConnectProviderThumbprint.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('takes the place of the old list', async () => {
  const caller = newCaller()
  const OpenIDConnectProviderArn = await makeOidcProvider(iam, caller, 'example.com', {
    ThumbprintList: ['a'.repeat(40)],
  })
  const ThumbprintList = ['b'.repeat(40), 'c'.repeat(40)]
  const input = { OpenIDConnectProviderArn, ThumbprintList }
  assert.deepEqual(await UpdateOpenIDConnectProviderThumbprint(iam)(input, caller), {})
  const provider = await GetOpenIDConnectProvider(iam)(input, caller)
  assert.deepEqual(provider.ThumbprintList, ThumbprintList)
  await refused(
    () =>
      UpdateOpenIDConnectProviderThumbprint(iam)(
        { OpenIDConnectProviderArn, ThumbprintList: Array(6).fill('a'.repeat(40)) },
        caller,
      ),
    'InvalidInput',
    'Thumbprint list must contain fewer than 5 entries.',
  )
})

test('a provider that is not there, and what is no ARN of one', async () => {
  const caller = newCaller()
  const OpenIDConnectProviderArn = `arn:aws:iam::${caller.account}:oidc-provider/none`
  await refused(
    () =>
      UpdateOpenIDConnectProviderThumbprint(iam)(
        { OpenIDConnectProviderArn, ThumbprintList: [] },
        caller,
      ),
    'NoSuchEntity',
    `OpenIDConnect Provider not found for arn ${OpenIDConnectProviderArn}`,
    404,
  )
  for (const arn of ['x', `arn:aws:iam::${caller.account}:role/none`]) {
    await refused(
      () =>
        UpdateOpenIDConnectProviderThumbprint(iam)(
          { OpenIDConnectProviderArn: arn, ThumbprintList: [] },
          caller,
        ),
      'InvalidInput',
      `ARN ${arn} is not valid.`,
    )
  }
})
