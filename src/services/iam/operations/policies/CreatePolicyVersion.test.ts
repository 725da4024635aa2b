import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import {
  logsPolicy,
  makePolicy,
  newCaller,
  openIam,
  policyOf,
  refused,
} from '../../test-support.ts'
import { CreatePolicyVersion } from './CreatePolicyVersion.ts'
import { DeletePolicyVersion } from './DeletePolicyVersion.ts'
import { GetPolicy } from './GetPolicy.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const PolicyDocument = logsPolicy

test('the next number, in effect when asked for; the policy was updated then', async () => {
  const caller = newCaller()
  const PolicyArn = await makePolicy(iam, caller, 'p')
  iam.clock.now += 60_000
  const second = await CreatePolicyVersion(iam)({ PolicyArn, PolicyDocument }, caller)
  assert.deepEqual(second.PolicyVersion, {
    VersionId: 'v2',
    IsDefaultVersion: false,
    CreateDate: new Date('2026-01-02T03:05:05Z'),
  })
  const input = { PolicyArn, PolicyDocument, SetAsDefault: true }
  const third = await CreatePolicyVersion(iam)(input, caller)
  assert.equal(third.PolicyVersion?.IsDefaultVersion, true)
  const { Policy: policy } = await GetPolicy(iam)({ PolicyArn }, caller)
  assert.equal(policy?.DefaultVersionId, 'v3')
  assert.deepEqual(policy?.CreateDate, new Date('2026-01-02T03:04:05Z'))
  assert.deepEqual(policy?.UpdateDate, new Date('2026-01-02T03:05:05Z'))
})

test('five at most, and no number twice', async () => {
  const caller = newCaller()
  const PolicyArn = await makePolicy(iam, caller, 'p')
  const create = () => CreatePolicyVersion(iam)({ PolicyArn, PolicyDocument }, caller)
  for (let version = 2; version <= 5; version += 1) await create()
  await refused(
    create,
    'LimitExceeded',
    'A managed policy can have up to 5 versions. Before you create a new version, you must delete an existing version.',
    409,
  )
  await DeletePolicyVersion(iam)({ PolicyArn, VersionId: 'v5' }, caller)
  assert.equal((await create()).PolicyVersion?.VersionId, 'v6')
})

test('the document is checked', async () => {
  const caller = newCaller()
  const PolicyArn = await makePolicy(iam, caller, 'p')
  await refused(
    () => CreatePolicyVersion(iam)({ PolicyArn, PolicyDocument: '[]' }, caller),
    'MalformedPolicyDocument',
    'Syntax errors in policy.',
  )
  await refused(
    () => CreatePolicyVersion(iam)({ PolicyArn, PolicyDocument: policyOf(6145) }, caller),
    'LimitExceeded',
    'Cannot exceed quota for PolicySize: 6144',
    409,
  )
})
