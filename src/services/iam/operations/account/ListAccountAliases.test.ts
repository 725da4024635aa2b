import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { newCaller, openIam } from '../../test-support.ts'
import { CreateAccountAlias } from './CreateAccountAlias.ts'
import { ListAccountAliases } from './ListAccountAliases.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('none, or one', async () => {
  const caller = newCaller()
  const list = (AccountAliases: string[]) => ({ AccountAliases, IsTruncated: false })
  assert.deepEqual(await ListAccountAliases(iam)({}, caller), list([]))
  await CreateAccountAlias(iam)({ AccountAlias: 'mine' }, caller)
  assert.deepEqual(await ListAccountAliases(iam)({}, caller), list(['mine']))
})
