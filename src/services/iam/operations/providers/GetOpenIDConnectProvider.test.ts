import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeOidcProvider, newCaller, openIam, refused } from '../../test-support.ts'
import { GetOpenIDConnectProvider } from './GetOpenIDConnectProvider.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('what it was made with, the URL without its scheme', async () => {
  const caller = newCaller()
  const OpenIDConnectProviderArn = await makeOidcProvider(iam, caller, 'example.com/path', {
    ClientIDList: ['sts.amazonaws.com', 'other', 'other'],
    ThumbprintList: ['a'.repeat(40)],
    Tags: [{ Key: 'a', Value: 'b' }],
  })
  assert.deepEqual(await GetOpenIDConnectProvider(iam)({ OpenIDConnectProviderArn }, caller), {
    Url: 'example.com/path',
    ClientIDList: ['sts.amazonaws.com', 'other'],
    ThumbprintList: ['a'.repeat(40)],
    CreateDate: new Date('2026-01-02T03:04:05Z'),
    Tags: [{ Key: 'a', Value: 'b' }],
  })
})

test('a provider that is not there, and what is no ARN of one', async () => {
  const caller = newCaller()
  const OpenIDConnectProviderArn = `arn:aws:iam::${caller.account}:oidc-provider/none`
  await refused(
    () => GetOpenIDConnectProvider(iam)({ OpenIDConnectProviderArn }, caller),
    'NoSuchEntity',
    `OpenIDConnect Provider not found for arn ${OpenIDConnectProviderArn}`,
    404,
  )
  for (const arn of ['x', `arn:aws:iam::${caller.account}:role/none`]) {
    await refused(
      () => GetOpenIDConnectProvider(iam)({ OpenIDConnectProviderArn: arn }, caller),
      'InvalidInput',
      `ARN ${arn} is not valid.`,
    )
  }
})
