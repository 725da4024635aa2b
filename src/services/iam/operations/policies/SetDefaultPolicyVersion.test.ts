import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { logsPolicy, makePolicy, newCaller, openIam, refused } from '../../test-support.ts'
import { CreatePolicyVersion } from './CreatePolicyVersion.ts'
import { GetPolicy } from './GetPolicy.ts'
import { SetDefaultPolicyVersion } from './SetDefaultPolicyVersion.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('puts a version in effect', async () => {
  const caller = newCaller()
  const PolicyArn = await makePolicy(iam, caller, 'p')
  await CreatePolicyVersion(iam)({ PolicyArn, PolicyDocument: logsPolicy }, caller)
  const input = { PolicyArn, VersionId: 'v2' }
  assert.deepEqual(await SetDefaultPolicyVersion(iam)(input, caller), {})
  const { Policy: policy } = await GetPolicy(iam)({ PolicyArn }, caller)
  assert.equal(policy?.DefaultVersionId, 'v2')
})

test('a version that the policy does not have', async () => {
  const caller = newCaller()
  const PolicyArn = await makePolicy(iam, caller, 'p')
  for (const VersionId of ['v2', 'v01', 'v1.a']) {
    await refused(
      () => SetDefaultPolicyVersion(iam)({ PolicyArn, VersionId }, caller),
      'NoSuchEntity',
      `Policy ${PolicyArn} version ${VersionId} does not exist or is not attachable.`,
      404,
    )
  }
})

test('policies that are not there, or not where the ARN says', async () => {
  const caller = newCaller()
  const own = await makePolicy(iam, caller, 'own', { Path: '/x/' })
  for (const PolicyArn of [`arn:aws:iam::${caller.account}:policy/none`, own.replace('/x/', '/')]) {
    await refused(
      () => SetDefaultPolicyVersion(iam)({ PolicyArn, VersionId: 'v1' }, caller),
      'NoSuchEntity',
      `Policy ${PolicyArn} was not found.`,
      404,
    )
  }
  await refused(
    () =>
      SetDefaultPolicyVersion(iam)({ PolicyArn: 'not-an-arn-of-policy', VersionId: 'v1' }, caller),
    'InvalidInput',
    'ARN not-an-arn-of-policy is not valid.',
  )
})

test("AWS's and other accounts' policies are not the caller's to change", async () => {
  const caller = newCaller()
  const other = await makePolicy(iam, newCaller(), 'other')
  for (const PolicyArn of [other, 'arn:aws:iam::aws:policy/PowerUserAccess']) {
    await refused(
      () => SetDefaultPolicyVersion(iam)({ PolicyArn, VersionId: 'v1' }, caller),
      'AccessDenied',
      'Policy is outside your own account.',
      403,
    )
  }
})
