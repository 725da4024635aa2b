import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import type { ListPoliciesRequest } from '@aws-sdk/client-iam'
import { allPages, makePolicy, makeRole, newCaller, openIam, refused } from '../../test-support.ts'
import { AttachRolePolicy } from '../roles/AttachRolePolicy.ts'
import { ListPolicies } from './ListPolicies.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

async function namesOf(input: ListPoliciesRequest, caller: ReturnType<typeof newCaller>) {
  const pages = await allPages(
    (Marker) => ListPolicies(iam)({ ...input, MaxItems: 2, Marker }, caller),
    (answer) => answer.Policies ?? [],
  )
  return pages.flat().map((policy) => policy.PolicyName)
}

/** AWS managed ones whose documents are held. */
const lambdas = [
  'AWSLambdaBasicExecutionRole',
  'AWSLambdaDynamoDBExecutionRole',
  'AWSLambdaKinesisExecutionRole',
  'AWSLambdaSQSQueueExecutionRole',
  'AWSLambdaVPCAccessExecutionRole',
]

test('by name, by path, by use', async () => {
  const caller = newCaller()
  await makePolicy(iam, caller, 'c', { Path: '/x/' })
  await makePolicy(iam, caller, 'B')
  const attached = await makePolicy(iam, caller, 'a')
  const both = await makePolicy(iam, caller, 'd', { Path: '/x/y/' })
  const boundary = await makePolicy(iam, caller, 'e')
  await makePolicy(iam, newCaller(), 'elsewhere')
  await makeRole(iam, caller, 'r', { PermissionsBoundary: both })
  await makeRole(iam, caller, 's', { PermissionsBoundary: boundary })
  for (const PolicyArn of [attached, both]) {
    await AttachRolePolicy(iam)({ RoleName: 'r', PolicyArn }, caller)
  }
  const all = ['a', 'B', 'c', 'd', 'e']
  assert.deepEqual(await namesOf({ Scope: 'Local' }, caller), all)
  assert.deepEqual(await namesOf({}, caller), [...all, ...lambdas])
  assert.deepEqual(await namesOf({ Scope: 'All' }, caller), [...all, ...lambdas])
  assert.deepEqual(await namesOf({ Scope: 'AWS' }, caller), lambdas)
  assert.deepEqual(await namesOf({ PathPrefix: '/service-role/' }, caller), lambdas)
  assert.deepEqual(await namesOf({ Scope: 'AWS', OnlyAttached: true }, caller), [])
  assert.deepEqual(await namesOf({ PathPrefix: '/x/' }, caller), ['c', 'd'])
  assert.deepEqual(await namesOf({ OnlyAttached: true }, caller), ['a', 'd'])
  assert.deepEqual(await namesOf({ PolicyUsageFilter: 'PermissionsPolicy' }, caller), ['a', 'd'])
  assert.deepEqual(await namesOf({ PolicyUsageFilter: 'PermissionsBoundary' }, caller), ['d', 'e'])
})

test("AWS's own, when the account uses them", async () => {
  const caller = newCaller()
  const PolicyArn = 'arn:aws:iam::aws:policy/service-role/AWSLambdaKinesisExecutionRole'
  await makeRole(iam, caller, 'r')
  await AttachRolePolicy(iam)({ RoleName: 'r', PolicyArn }, caller)
  const names = await namesOf({ Scope: 'AWS', OnlyAttached: true }, caller)
  assert.deepEqual(names, ['AWSLambdaKinesisExecutionRole'])
})

test('items have their use, and neither description nor tags', async () => {
  const caller = newCaller()
  const PolicyArn = await makePolicy(iam, caller, 'p', {
    Description: 'd',
    Tags: [{ Key: 'k', Value: 'v' }],
  })
  await makeRole(iam, caller, 'r', { PermissionsBoundary: PolicyArn })
  await AttachRolePolicy(iam)({ RoleName: 'r', PolicyArn }, caller)
  const { Policies: policies } = await ListPolicies(iam)({}, caller)
  const [policy] = policies ?? []
  assert.deepEqual(Object.keys(policy ?? {}).toSorted(), [
    'Arn',
    'AttachmentCount',
    'CreateDate',
    'DefaultVersionId',
    'IsAttachable',
    'Path',
    'PermissionsBoundaryUsageCount',
    'PolicyId',
    'PolicyName',
    'UpdateDate',
  ])
  assert.deepEqual([policy?.AttachmentCount, policy?.PermissionsBoundaryUsageCount], [1, 1])
})

test('the longest name has a marker that the model allows', async () => {
  const caller = newCaller()
  await makePolicy(iam, caller, 'a'.repeat(128))
  await makePolicy(iam, caller, 'b')
  const { Marker } = await ListPolicies(iam)({ MaxItems: 1 }, caller)
  assert.match(Marker ?? '', /^[\u0020-\u00ff]{1,320}$/)
})

test('a marker that is none is refused', async () => {
  await refused(
    () => ListPolicies(iam)({ Marker: 'x' }, newCaller()),
    'ValidationError',
    'Invalid Marker.',
  )
})
