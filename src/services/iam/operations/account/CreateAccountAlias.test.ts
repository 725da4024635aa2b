import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { newCaller, openIam, refused } from '../../test-support.ts'
import { ListAccountAliases } from './ListAccountAliases.ts'
import { CreateAccountAlias } from './CreateAccountAlias.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('an account has one, which no other may have', async () => {
  const caller = newCaller()
  for (const AccountAlias of ['first', 'second']) {
    assert.deepEqual(await CreateAccountAlias(iam)({ AccountAlias }, caller), {})
  }
  const { AccountAliases: aliases } = await ListAccountAliases(iam)({}, caller)
  assert.deepEqual(aliases, ['second'])
  await refused(
    () => CreateAccountAlias(iam)({ AccountAlias: 'second' }, newCaller()),
    'EntityAlreadyExists',
    'The account alias second already exists.',
    409,
  )
  await CreateAccountAlias(iam)({ AccountAlias: 'first' }, newCaller())
})
