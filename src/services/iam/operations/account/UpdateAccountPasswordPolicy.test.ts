import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { newCaller, openIam } from '../../test-support.ts'
import { GetAccountPasswordPolicy } from './GetAccountPasswordPolicy.ts'
import { UpdateAccountPasswordPolicy } from './UpdateAccountPasswordPolicy.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('what is left out is the default again', async () => {
  const caller = newCaller()
  const policy = async () => (await GetAccountPasswordPolicy(iam)({}, caller)).PasswordPolicy
  const defaults = {
    MinimumPasswordLength: 6,
    RequireSymbols: false,
    RequireNumbers: false,
    RequireUppercaseCharacters: false,
    RequireLowercaseCharacters: false,
    AllowUsersToChangePassword: false,
    ExpirePasswords: false,
  }
  const input = {
    MinimumPasswordLength: 14,
    RequireSymbols: true,
    MaxPasswordAge: 90,
    PasswordReusePrevention: 5,
    HardExpiry: true,
  }
  assert.deepEqual(await UpdateAccountPasswordPolicy(iam)(input, caller), {})
  assert.deepEqual(await policy(), { ...defaults, ...input, ExpirePasswords: true })
  await UpdateAccountPasswordPolicy(iam)({}, caller)
  assert.deepEqual(await policy(), defaults)
})
