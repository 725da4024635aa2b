import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makePolicy, makeUser, newCaller, openIam, refused } from '../../test-support.ts'
import { AttachUserPolicy } from './AttachUserPolicy.ts'
import { DetachUserPolicy } from './DetachUserPolicy.ts'
import { ListAttachedUserPolicies } from './ListAttachedUserPolicies.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const UserName = 'r'

test('once; then the user does not have it', async () => {
  const caller = newCaller()
  await makeUser(iam, caller, UserName)
  const PolicyArn = await makePolicy(iam, caller, 'own')
  await AttachUserPolicy(iam)({ UserName, PolicyArn }, caller)
  assert.deepEqual(await DetachUserPolicy(iam)({ UserName: 'R', PolicyArn }, caller), {})
  await refused(
    () => DetachUserPolicy(iam)({ UserName, PolicyArn }, caller),
    'NoSuchEntity',
    `Policy ${PolicyArn} was not found.`,
    404,
  )
})

test('the order of the others stays, and a policy attached again comes last', async () => {
  const caller = newCaller()
  await makeUser(iam, caller, UserName)
  const arns = ['A', 'B', 'C'].map((name) => `arn:aws:iam::aws:policy/${name}`)
  for (const PolicyArn of arns) await AttachUserPolicy(iam)({ UserName, PolicyArn }, caller)
  const [first, second] = arns
  await DetachUserPolicy(iam)({ UserName, PolicyArn: second }, caller)
  await DetachUserPolicy(iam)({ UserName, PolicyArn: first }, caller)
  await AttachUserPolicy(iam)({ UserName, PolicyArn: first }, caller)
  const { AttachedPolicies: attached } = await ListAttachedUserPolicies(iam)({ UserName }, caller)
  assert.deepEqual(
    attached?.map((policy) => policy.PolicyName),
    ['C', 'A'],
  )
})

test('users and ARNs that are none', async () => {
  const caller = newCaller()
  const PolicyArn = 'arn:aws:iam::aws:policy/X'
  await refused(
    () => DetachUserPolicy(iam)({ UserName: 'none', PolicyArn }, caller),
    'NoSuchEntity',
    'The user with name none cannot be found.',
    404,
  )
  await makeUser(iam, caller, UserName)
  await refused(
    () => DetachUserPolicy(iam)({ UserName, PolicyArn: 'arn:aws:iam::aws:user/X' }, caller),
    'InvalidInput',
    'ARN arn:aws:iam::aws:user/X is not valid.',
  )
})
