import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makePolicy, makeRole, newCaller, openIam, refused } from '../../test-support.ts'
import { AttachRolePolicy } from '../roles/AttachRolePolicy.ts'
import { GetPolicy } from './GetPolicy.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('with its description, its tags and how many roles use it', async () => {
  const caller = newCaller()
  const PolicyArn = await makePolicy(iam, caller, 'p', { Description: 'said once' })
  await makeRole(iam, caller, 'a', { PermissionsBoundary: PolicyArn })
  await makeRole(iam, caller, 'b', { PermissionsBoundary: PolicyArn })
  await AttachRolePolicy(iam)({ RoleName: 'a', PolicyArn }, caller)
  const { Policy: policy } = await GetPolicy(iam)({ PolicyArn }, caller)
  assert.deepEqual(policy, {
    PolicyName: 'p',
    PolicyId: policy?.PolicyId,
    Arn: PolicyArn,
    Path: '/',
    DefaultVersionId: 'v1',
    AttachmentCount: 1,
    PermissionsBoundaryUsageCount: 2,
    IsAttachable: true,
    CreateDate: new Date('2026-01-02T03:04:05Z'),
    UpdateDate: new Date('2026-01-02T03:04:05Z'),
    Description: 'said once',
    Tags: [],
  })
})

test("Lambda's own for execution roles are known, with their use in the account", async () => {
  const caller = newCaller()
  const PolicyArn = 'arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole'
  await makeRole(iam, caller, 'r')
  await AttachRolePolicy(iam)({ RoleName: 'r', PolicyArn }, caller)
  const { Policy: policy } = await GetPolicy(iam)({ PolicyArn }, caller)
  assert.deepEqual(
    [policy?.PolicyName, policy?.Path, policy?.DefaultVersionId, policy?.AttachmentCount],
    ['AWSLambdaVPCAccessExecutionRole', '/service-role/', 'v3', 1],
  )
  assert.deepEqual(policy?.UpdateDate, new Date('2024-01-05T22:38:26Z'))
  const there = await GetPolicy(iam)(
    { PolicyArn: PolicyArn.replace('arn:aws:', 'arn:aws-cn:') },
    newCaller('cn-north-1'),
  )
  assert.equal(there.Policy?.AttachmentCount, 0)
})

test('other AWS managed policies are not held, and the answer says so', async () => {
  const PolicyArn = 'arn:aws:iam::aws:policy/AdministratorAccess'
  await refused(
    () => GetPolicy(iam)({ PolicyArn }, newCaller()),
    'NoSuchEntity',
    `Policy ${PolicyArn} was not found: lambdad does not hold the document of this AWS managed policy.`,
    404,
  )
})
