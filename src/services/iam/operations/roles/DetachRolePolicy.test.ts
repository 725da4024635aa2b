import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makePolicy, makeRole, newCaller, openIam, refused } from '../../test-support.ts'
import { AttachRolePolicy } from './AttachRolePolicy.ts'
import { DetachRolePolicy } from './DetachRolePolicy.ts'
import { ListAttachedRolePolicies } from './ListAttachedRolePolicies.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const RoleName = 'r'

test('once; then the role does not have it', async () => {
  const caller = newCaller()
  await makeRole(iam, caller, RoleName)
  const PolicyArn = await makePolicy(iam, caller, 'own')
  await AttachRolePolicy(iam)({ RoleName, PolicyArn }, caller)
  assert.deepEqual(await DetachRolePolicy(iam)({ RoleName: 'R', PolicyArn }, caller), {})
  await refused(
    () => DetachRolePolicy(iam)({ RoleName, PolicyArn }, caller),
    'NoSuchEntity',
    `Policy ${PolicyArn} was not found.`,
    404,
  )
})

test('the order of the others stays, and a policy attached again comes last', async () => {
  const caller = newCaller()
  await makeRole(iam, caller, RoleName)
  const arns = ['A', 'B', 'C'].map((name) => `arn:aws:iam::aws:policy/${name}`)
  for (const PolicyArn of arns) await AttachRolePolicy(iam)({ RoleName, PolicyArn }, caller)
  const [first, second] = arns
  await DetachRolePolicy(iam)({ RoleName, PolicyArn: second }, caller)
  await DetachRolePolicy(iam)({ RoleName, PolicyArn: first }, caller)
  await AttachRolePolicy(iam)({ RoleName, PolicyArn: first }, caller)
  const { AttachedPolicies: attached } = await ListAttachedRolePolicies(iam)({ RoleName }, caller)
  assert.deepEqual(
    attached?.map((policy) => policy.PolicyName),
    ['C', 'A'],
  )
})

test('roles and ARNs that are none', async () => {
  const caller = newCaller()
  const PolicyArn = 'arn:aws:iam::aws:policy/X'
  await refused(
    () => DetachRolePolicy(iam)({ RoleName: 'none', PolicyArn }, caller),
    'NoSuchEntity',
    'The role with name none cannot be found.',
    404,
  )
  await makeRole(iam, caller, RoleName)
  await refused(
    () => DetachRolePolicy(iam)({ RoleName, PolicyArn: 'arn:aws:iam::aws:user/X' }, caller),
    'InvalidInput',
    'ARN arn:aws:iam::aws:user/X is not valid.',
  )
})
