import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeOidcProvider, newCaller, openIam } from '../../test-support.ts'
import { ListOpenIDConnectProviders } from './ListOpenIDConnectProviders.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test("the account's own", async () => {
  const caller = newCaller()
  const arns = [
    await makeOidcProvider(iam, caller, 'a.example.com'),
    await makeOidcProvider(iam, caller, 'b.example.com'),
  ]
  await makeOidcProvider(iam, newCaller(), 'c.example.com')
  const { OpenIDConnectProviderList: list } = await ListOpenIDConnectProviders(iam)({}, caller)
  assert.deepEqual(
    list,
    arns.map((Arn) => ({ Arn })),
  )
})
