import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  makeGroup,
  makeInstanceProfile,
  makeOidcProvider,
  makePolicy,
  makeRole,
  makeSamlProvider,
  makeUser,
  newCaller,
  openIam,
} from '../../test-support.ts'
import { CreateAccessKey } from '../access-keys/CreateAccessKey.ts'
import { CreatePolicyVersion } from '../policies/CreatePolicyVersion.ts'
import { logsPolicy } from '../../test-support.ts'
import { GetAccountSummary } from './GetAccountSummary.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('counts what there is in the account, beside its quotas', async () => {
  const caller = newCaller()
  for (const name of ['a', 'b']) await makeUser(iam, caller, name)
  await makeUser(iam, newCaller(), 'another')
  await makeGroup(iam, caller, 'g')
  for (const name of ['a', 'b', 'c']) await makeRole(iam, caller, name)
  await makeInstanceProfile(iam, caller, 'p')
  await makeOidcProvider(iam, caller, 'example.com')
  await makeSamlProvider(iam, caller, 'corp')
  const PolicyArn = await makePolicy(iam, caller, 'own')
  await CreatePolicyVersion(iam)({ PolicyArn, PolicyDocument: logsPolicy }, caller)
  await CreateAccessKey(iam)({}, caller)
  const { SummaryMap: map = {} } = await GetAccountSummary(iam)({}, caller)
  const counted = [
    'Users',
    'Groups',
    'Roles',
    'InstanceProfiles',
    'Providers',
    'Policies',
    'PolicyVersionsInUse',
    'AccountAccessKeysPresent',
    'MFADevices',
  ] as const
  assert.deepEqual(
    counted.map((key) => map[key]),
    [2, 1, 3, 1, 2, 1, 2, 1, 0],
  )
  assert.deepEqual(
    [map.UsersQuota, map.RolesQuota, map.UserPolicySizeQuota, map.AccessKeysPerUserQuota],
    [5000, 1000, 2048, 2],
  )
})
