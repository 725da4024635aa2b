import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { makePolicy, makeUser, newCaller, openIam, refused } from '../../test-support.ts'
import { AttachUserPolicy } from './AttachUserPolicy.ts'
import { ListAttachedUserPolicies } from './ListAttachedUserPolicies.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const UserName = 'r'
const basic = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'

async function attachedTo(caller: ReturnType<typeof newCaller>) {
  const { AttachedPolicies: attached } = await ListAttachedUserPolicies(iam)({ UserName }, caller)
  return attached?.map((policy) => policy.PolicyArn)
}

test("AWS managed policies and the account's own; twice is once", async () => {
  const caller = newCaller()
  await makeUser(iam, caller, UserName)
  const own = await makePolicy(iam, caller, 'own', { Path: '/x/' })
  const execute = 'arn:aws:iam::aws:policy/AWSLambdaExecute'
  for (const PolicyArn of [own, basic, execute, own]) {
    assert.deepEqual(await AttachUserPolicy(iam)({ UserName, PolicyArn }, caller), {})
  }
  assert.deepEqual(await attachedTo(caller), [own, basic, execute])
})

test('policies that are not there, or not where the ARN says', async () => {
  const caller = newCaller()
  await makeUser(iam, caller, UserName)
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
      () => AttachUserPolicy(iam)({ UserName, PolicyArn }, caller),
      'NoSuchEntity',
      `Policy ${PolicyArn} does not exist or is not attachable.`,
      404,
    )
  }
  assert.deepEqual(await attachedTo(caller), [])
})

test('what is no ARN of a policy', async () => {
  const caller = newCaller()
  await makeUser(iam, caller, UserName)
  for (const PolicyArn of [
    'AWSLambdaBasicExecutionRole',
    'arn:aws:iam::aws:role/service-role/x',
    'arn:aws:iam::aws:policy/',
    'arn:aws:iam::amazon:policy/x',
    'arn:aws:iam:eu-west-1:aws:policy/x',
    'arn:aws:lambda::aws:policy/x',
  ]) {
    await refused(
      () => AttachUserPolicy(iam)({ UserName, PolicyArn }, caller),
      'InvalidInput',
      `ARN ${PolicyArn} is not valid.`,
    )
  }
})

test("policies of AWS's service-linked roles", async () => {
  const caller = newCaller()
  await makeUser(iam, caller, UserName)
  const PolicyArn = 'arn:aws:iam::aws:policy/aws-service-role/AWSLambdaReplicator'
  await refused(
    () => AttachUserPolicy(iam)({ UserName, PolicyArn }, caller),
    'PolicyNotAttachable',
    'Cannot attach a Service Role Policy to a Customer Role.',
  )
})

test('ten a user; one that is attached already is no eleventh', async () => {
  const caller = newCaller()
  await makeUser(iam, caller, UserName)
  const attach = (index: number) =>
    AttachUserPolicy(iam)({ UserName, PolicyArn: `arn:aws:iam::aws:policy/P${index}` }, caller)
  for (let index = 0; index < 10; index += 1) await attach(index)
  await attach(3)
  await refused(
    () => attach(10),
    'LimitExceeded',
    'Cannot exceed quota for PoliciesPerUser: 10',
    409,
  )
})

test('a user that is not there', async () => {
  await refused(
    () => AttachUserPolicy(iam)({ UserName: 'none', PolicyArn: basic }, newCaller()),
    'NoSuchEntity',
    'The user with name none cannot be found.',
    404,
  )
})
