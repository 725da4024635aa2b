import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makePolicy, makeGroup, newCaller, openIam, refused } from '../../test-support.ts'
import { AttachGroupPolicy } from './AttachGroupPolicy.ts'
import { DetachGroupPolicy } from './DetachGroupPolicy.ts'
import { ListAttachedGroupPolicies } from './ListAttachedGroupPolicies.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const GroupName = 'r'

test('once; then the group does not have it', async () => {
  const caller = newCaller()
  await makeGroup(iam, caller, GroupName)
  const PolicyArn = await makePolicy(iam, caller, 'own')
  await AttachGroupPolicy(iam)({ GroupName, PolicyArn }, caller)
  assert.deepEqual(await DetachGroupPolicy(iam)({ GroupName: 'R', PolicyArn }, caller), {})
  await refused(
    () => DetachGroupPolicy(iam)({ GroupName, PolicyArn }, caller),
    'NoSuchEntity',
    `Policy ${PolicyArn} was not found.`,
    404,
  )
})

test('the order of the others stays, and a policy attached again comes last', async () => {
  const caller = newCaller()
  await makeGroup(iam, caller, GroupName)
  const arns = ['A', 'B', 'C'].map((name) => `arn:aws:iam::aws:policy/${name}`)
  for (const PolicyArn of arns) await AttachGroupPolicy(iam)({ GroupName, PolicyArn }, caller)
  const [first, second] = arns
  await DetachGroupPolicy(iam)({ GroupName, PolicyArn: second }, caller)
  await DetachGroupPolicy(iam)({ GroupName, PolicyArn: first }, caller)
  await AttachGroupPolicy(iam)({ GroupName, PolicyArn: first }, caller)
  const { AttachedPolicies: attached } = await ListAttachedGroupPolicies(iam)({ GroupName }, caller)
  assert.deepEqual(
    attached?.map((policy) => policy.PolicyName),
    ['C', 'A'],
  )
})

test('groups and ARNs that are none', async () => {
  const caller = newCaller()
  const PolicyArn = 'arn:aws:iam::aws:policy/X'
  await refused(
    () => DetachGroupPolicy(iam)({ GroupName: 'none', PolicyArn }, caller),
    'NoSuchEntity',
    'The group with name none cannot be found.',
    404,
  )
  await makeGroup(iam, caller, GroupName)
  await refused(
    () => DetachGroupPolicy(iam)({ GroupName, PolicyArn: 'arn:aws:iam::aws:user/X' }, caller),
    'InvalidInput',
    'ARN arn:aws:iam::aws:user/X is not valid.',
  )
})
