import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { newCaller, openIam, refused } from '../../test-support.ts'
import { UpdateAccountPasswordPolicy } from './UpdateAccountPasswordPolicy.ts'
import { GetAccountPasswordPolicy } from './GetAccountPasswordPolicy.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('there is none until one is set', async () => {
  const caller = newCaller()
  const none = () =>
    refused(
      () => GetAccountPasswordPolicy(iam)({}, caller),
      'NoSuchEntity',
      `The Password Policy with domain name ${caller.account} cannot be found.`,
      404,
    )
  await none()
  await UpdateAccountPasswordPolicy(iam)({ MinimumPasswordLength: 8 }, caller)
  const { PasswordPolicy: policy } = await GetAccountPasswordPolicy(iam)({}, caller)
  assert.equal(policy?.MinimumPasswordLength, 8)
})
