import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { newCaller, openIam, refused } from '../../test-support.ts'
import { CreateAccountAlias } from './CreateAccountAlias.ts'
import { ListAccountAliases } from './ListAccountAliases.ts'
import { DeleteAccountAlias } from './DeleteAccountAlias.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test("the account's own, once", async () => {
  const caller = newCaller()
  const AccountAlias = 'gone'
  await CreateAccountAlias(iam)({ AccountAlias }, caller)
  const words = 'The account alias with name gone cannot be found.'
  await refused(
    () => DeleteAccountAlias(iam)({ AccountAlias }, newCaller()),
    'NoSuchEntity',
    words,
    404,
  )
  assert.deepEqual(await DeleteAccountAlias(iam)({ AccountAlias }, caller), {})
  const { AccountAliases: aliases } = await ListAccountAliases(iam)({}, caller)
  assert.deepEqual(aliases, [])
  await refused(() => DeleteAccountAlias(iam)({ AccountAlias }, caller), 'NoSuchEntity', words, 404)
})
