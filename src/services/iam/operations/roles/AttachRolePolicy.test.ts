import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makePolicy, makeRole, newCaller, openIam, refused } from '../../test-support.ts'
import { AttachRolePolicy } from './AttachRolePolicy.ts'
import { ListAttachedRolePolicies } from './ListAttachedRolePolicies.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const RoleName = 'r'
const basic = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'

async function attachedTo(caller: ReturnType<typeof newCaller>) {
  const { AttachedPolicies: attached } = await ListAttachedRolePolicies(iam)({ RoleName }, caller)
  return attached?.map((policy) => policy.PolicyArn)
}

test("AWS managed policies and the account's own; twice is once", async () => {
  const caller = newCaller()
  await makeRole(iam, caller, RoleName)
  const own = await makePolicy(iam, caller, 'own', { Path: '/x/' })
  const execute = 'arn:aws:iam::aws:policy/AWSLambdaExecute'
  for (const PolicyArn of [own, basic, execute, own]) {
    assert.deepEqual(await AttachRolePolicy(iam)({ RoleName, PolicyArn }, caller), {})
  }
  assert.deepEqual(await attachedTo(caller), [own, basic, execute])
})

test('policies that are not there, or not where the ARN says', async () => {
  const caller = newCaller()
  await makeRole(iam, caller, RoleName)
  const own = await makePolicy(iam, caller, 'own', { Path: '/x/' })
  for (const PolicyArn of [
    `arn:aws:iam::${caller.account}:policy/none`,
    own.replace('/x/', '/'),
    own.replace(caller.account, newCaller().account),
    basic.replace('arn:aws:', 'arn:aws-cn:'),
    // Observed, both.
    basic.replace('service-role/', ''),
    'arn:aws:iam::aws:policy/AWSLambdaFullAccess',
  ]) {
    await refused(
      () => AttachRolePolicy(iam)({ RoleName, PolicyArn }, caller),
      'NoSuchEntity',
      `Policy ${PolicyArn} does not exist or is not attachable.`,
      404,
    )
  }
  assert.deepEqual(await attachedTo(caller), [])
})

test('what is no ARN of a policy', async () => {
  const caller = newCaller()
  await makeRole(iam, caller, RoleName)
  for (const PolicyArn of [
    'AWSLambdaBasicExecutionRole',
    'arn:aws:iam::aws:role/service-role/x',
    'arn:aws:iam::aws:policy/',
    'arn:aws:iam::amazon:policy/x',
    'arn:aws:iam:eu-west-1:aws:policy/x',
    'arn:aws:lambda::aws:policy/x',
  ]) {
    await refused(
      () => AttachRolePolicy(iam)({ RoleName, PolicyArn }, caller),
      'InvalidInput',
      `ARN ${PolicyArn} is not valid.`,
    )
  }
})

test("policies of AWS's service-linked roles", async () => {
  const caller = newCaller()
  await makeRole(iam, caller, RoleName)
  const PolicyArn = 'arn:aws:iam::aws:policy/aws-service-role/AWSLambdaReplicator'
  await refused(
    () => AttachRolePolicy(iam)({ RoleName, PolicyArn }, caller),
    'PolicyNotAttachable',
    'Cannot attach a Service Role Policy to a Customer Role.',
  )
})

test('ten a role; one that is attached already is no eleventh', async () => {
  const caller = newCaller()
  await makeRole(iam, caller, RoleName)
  const attach = (index: number) =>
    AttachRolePolicy(iam)({ RoleName, PolicyArn: `arn:aws:iam::aws:policy/P${index}` }, caller)
  for (let index = 0; index < 10; index += 1) await attach(index)
  await attach(3)
  await refused(
    () => attach(10),
    'LimitExceeded',
    'Cannot exceed quota for PoliciesPerRole: 10',
    409,
  )
})

test('a role that is not there', async () => {
  await refused(
    () => AttachRolePolicy(iam)({ RoleName: 'none', PolicyArn: basic }, newCaller()),
    'NoSuchEntity',
    'The role with name none cannot be found.',
    404,
  )
})
