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
import { CreatePolicy } from './CreatePolicy.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('the policy has an id, an ARN and its first version', async () => {
  const caller = newCaller()
  const { Policy: policy } = await CreatePolicy(iam)(
    {
      PolicyName: 'Logs',
      Path: '/teams/a/',
      PolicyDocument: logsPolicy,
      Description: 'not repeated',
      Tags: [{ Key: 'k', Value: 'v' }],
    },
    caller,
  )
  assert.match(policy?.PolicyId ?? '', /^ANPA[A-Z2-7]{17}$/)
  assert.deepEqual(policy, {
    PolicyName: 'Logs',
    PolicyId: policy?.PolicyId,
    Arn: `arn:aws:iam::${caller.account}:policy/teams/a/Logs`,
    Path: '/teams/a/',
    DefaultVersionId: 'v1',
    AttachmentCount: 0,
    PermissionsBoundaryUsageCount: 0,
    IsAttachable: true,
    CreateDate: new Date('2026-01-02T03:04:05Z'),
    UpdateDate: new Date('2026-01-02T03:04:05Z'),
    Tags: [{ Key: 'k', Value: 'v' }],
  })
})

test('names differ by more than case and path, within an account', async () => {
  const caller = newCaller()
  await makePolicy(iam, caller, 'Logs')
  await refused(
    () => makePolicy(iam, caller, 'logs', { Path: '/x/' }),
    'EntityAlreadyExists',
    'A policy called logs already exists. Duplicate names are not allowed.',
    409,
  )
  await makePolicy(iam, newCaller(), 'logs')
})

test('the document is checked, and its size without white space', async () => {
  const caller = newCaller()
  await refused(
    () => makePolicy(iam, caller, 'p', { PolicyDocument: '{"Statement":[]}' }),
    'MalformedPolicyDocument',
    'Policy document must be version 2012-10-17 or greater.',
  )
  const PolicyDocument = policyOf(6144).replace('{', `{${' \n'.repeat(3000)}`)
  await makePolicy(iam, caller, 'full', { PolicyDocument })
  await refused(
    () => makePolicy(iam, caller, 'p', { PolicyDocument: policyOf(6145) }),
    'LimitExceeded',
    'Cannot exceed quota for PolicySize: 6144',
    409,
  )
})

test('tags are checked', async () => {
  const tags = (count: number, of: string) =>
    Array.from({ length: count }, (_, index) => ({ Key: `${of}${index}`, Value: '' }))
  await refused(
    () => makePolicy(iam, newCaller(), 'p', { Tags: [...tags(1, 'a'), ...tags(1, 'A')] }),
    'InvalidInput',
    'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
  )
  await refused(
    () => makePolicy(iam, newCaller(), 'p', { Tags: tags(51, 'k') }),
    'LimitExceeded',
    'Cannot exceed quota for TagsPerPolicy: 50',
    409,
  )
})

test('an account has 1500 policies at most', async () => {
  const caller = newCaller()
  await Promise.all(
    Array.from({ length: 1500 }, (_, index) => makePolicy(iam, caller, `policy-${index}`)),
  )
  await refused(
    () => makePolicy(iam, caller, 'p'),
    'LimitExceeded',
    'Cannot exceed quota for PoliciesPerAccount: 1500',
    409,
  )
})
