import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makeSamlProvider, newCaller, openIam } from '../../test-support.ts'
import { ListSAMLProviders } from './ListSAMLProviders.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test("the account's own", async () => {
  const caller = newCaller()
  const Arn = await makeSamlProvider(iam, caller, 'corp')
  await makeSamlProvider(iam, newCaller(), 'other')
  assert.deepEqual(await ListSAMLProviders(iam)({}, caller), {
    SAMLProviderList: [
      {
        Arn,
        ValidUntil: new Date('2126-01-02T03:04:05Z'),
        CreateDate: new Date('2026-01-02T03:04:05Z'),
      },
    ],
  })
})
