import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeOidcProvider, newCaller, openIam, refused } from '../../test-support.ts'
import { GetOpenIDConnectProvider } from './GetOpenIDConnectProvider.ts'
import { CreateOpenIDConnectProvider } from './CreateOpenIDConnectProvider.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('its ARN is its URL without the scheme', async () => {
  const caller = newCaller()
  const Tags = [{ Key: 'a', Value: 'b' }]
  const Url = 'https://oidc.example.com/id/ABC'
  const arn = `arn:aws:iam::${caller.account}:oidc-provider/oidc.example.com/id/ABC`
  assert.deepEqual(await CreateOpenIDConnectProvider(iam)({ Url, Tags }, caller), {
    OpenIDConnectProviderArn: arn,
    Tags,
  })
  const provider = await GetOpenIDConnectProvider(iam)({ OpenIDConnectProviderArn: arn }, caller)
  assert.deepEqual(provider.ThumbprintList, [])
})

test('one a URL', async () => {
  const caller = newCaller()
  await makeOidcProvider(iam, caller, 'token.actions.githubusercontent.com')
  for (const host of [
    'token.actions.githubusercontent.com',
    'token.actions.githubusercontent.com/',
  ]) {
    await refused(
      () => makeOidcProvider(iam, caller, host),
      'EntityAlreadyExists',
      'Provider with url https://token.actions.githubusercontent.com already exists.',
      409,
    )
  }
})

test('URLs that are none of a provider', async () => {
  for (const Url of [
    'http://example.com',
    'example.com',
    'https://',
    'https://example.com?a=b',
    'https://example.com#a',
    'https://example.com:8443',
    'https://me@example.com',
  ]) {
    await refused(
      () => CreateOpenIDConnectProvider(iam)({ Url }, newCaller()),
      'InvalidInput',
      'Invalid Open ID Connect Provider URL',
    )
  }
})

test('five thumbprints, a hundred clients, fifty tags, a hundred providers', async () => {
  const caller = newCaller()
  const make = (more: object) => makeOidcProvider(iam, caller, 'example.com', more)
  const many = (length: number) => Array.from({ length }, (_, index) => `c${index}`)
  await refused(
    () => make({ ThumbprintList: Array(6).fill('a'.repeat(40)) }),
    'InvalidInput',
    'Thumbprint list must contain fewer than 5 entries.',
  )
  await refused(
    () => make({ ClientIDList: many(101) }),
    'LimitExceeded',
    'Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100',
    409,
  )
  await make({ ThumbprintList: Array(5).fill('a'.repeat(40)), ClientIDList: many(100) })
  for (let index = 1; index < 100; index += 1) await makeOidcProvider(iam, caller, `host${index}`)
  await refused(
    () => makeOidcProvider(iam, caller, 'one-more'),
    'LimitExceeded',
    'Cannot exceed quota for OpenIdConnectProvidersPerAccount: 100',
    409,
  )
})
