import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { newCaller, openIam, refused } from '../../test-support.ts'
import { UpdateAccountPasswordPolicy } from './UpdateAccountPasswordPolicy.ts'
import { DeleteAccountPasswordPolicy } from './DeleteAccountPasswordPolicy.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('there is none until one is set', async () => {
  const caller = newCaller()
  const none = () =>
    refused(
      () => DeleteAccountPasswordPolicy(iam)({}, caller),
      'NoSuchEntity',
      `The Password Policy with domain name ${caller.account} cannot be found.`,
      404,
    )
  await none()
  await UpdateAccountPasswordPolicy(iam)({ MinimumPasswordLength: 8 }, caller)
  assert.deepEqual(await DeleteAccountPasswordPolicy(iam)({}, caller), {})
  await none()
})
