import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makePolicy, makeGroup, newCaller, openIam, refused } from '../../test-support.ts'
import { AttachGroupPolicy } from './AttachGroupPolicy.ts'
import { ListAttachedGroupPolicies } from './ListAttachedGroupPolicies.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const GroupName = 'r'
const basic = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'

async function attachedTo(caller: ReturnType<typeof newCaller>) {
  const { AttachedPolicies: attached } = await ListAttachedGroupPolicies(iam)({ GroupName }, caller)
  return attached?.map((policy) => policy.PolicyArn)
}

test("AWS managed policies and the account's own; twice is once", async () => {
  const caller = newCaller()
  await makeGroup(iam, caller, GroupName)
  const own = await makePolicy(iam, caller, 'own', { Path: '/x/' })
  const execute = 'arn:aws:iam::aws:policy/AWSLambdaExecute'
  for (const PolicyArn of [own, basic, execute, own]) {
    assert.deepEqual(await AttachGroupPolicy(iam)({ GroupName, PolicyArn }, caller), {})
  }
  assert.deepEqual(await attachedTo(caller), [own, basic, execute])
})

test('policies that are not there, or not where the ARN says', async () => {
  const caller = newCaller()
  await makeGroup(iam, caller, GroupName)
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
      () => AttachGroupPolicy(iam)({ GroupName, PolicyArn }, caller),
      'NoSuchEntity',
      `Policy ${PolicyArn} does not exist or is not attachable.`,
      404,
    )
  }
  assert.deepEqual(await attachedTo(caller), [])
})

test('what is no ARN of a policy', async () => {
  const caller = newCaller()
  await makeGroup(iam, caller, GroupName)
  for (const PolicyArn of [
    'AWSLambdaBasicExecutionRole',
    'arn:aws:iam::aws:role/service-role/x',
    'arn:aws:iam::aws:policy/',
    'arn:aws:iam::amazon:policy/x',
    'arn:aws:iam:eu-west-1:aws:policy/x',
    'arn:aws:lambda::aws:policy/x',
  ]) {
    await refused(
      () => AttachGroupPolicy(iam)({ GroupName, PolicyArn }, caller),
      'InvalidInput',
      `ARN ${PolicyArn} is not valid.`,
    )
  }
})

test("policies of AWS's service-linked roles", async () => {
  const caller = newCaller()
  await makeGroup(iam, caller, GroupName)
  const PolicyArn = 'arn:aws:iam::aws:policy/aws-service-role/AWSLambdaReplicator'
  await refused(
    () => AttachGroupPolicy(iam)({ GroupName, PolicyArn }, caller),
    'PolicyNotAttachable',
    'Cannot attach a Service Role Policy to a Customer Role.',
  )
})

test('ten a group; one that is attached already is no eleventh', async () => {
  const caller = newCaller()
  await makeGroup(iam, caller, GroupName)
  const attach = (index: number) =>
    AttachGroupPolicy(iam)({ GroupName, PolicyArn: `arn:aws:iam::aws:policy/P${index}` }, caller)
  for (let index = 0; index < 10; index += 1) await attach(index)
  await attach(3)
  await refused(
    () => attach(10),
    'LimitExceeded',
    'Cannot exceed quota for PoliciesPerGroup: 10',
    409,
  )
})

test('a group that is not there', async () => {
  await refused(
    () => AttachGroupPolicy(iam)({ GroupName: 'none', PolicyArn: basic }, newCaller()),
    'NoSuchEntity',
    'The group with name none cannot be found.',
    404,
  )
})
