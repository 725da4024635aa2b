import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { logsPolicy, makeRole, newCaller, openIam, policyOf, refused } from '../../test-support.ts'
import { GetRolePolicy } from './GetRolePolicy.ts'
import { PutRolePolicy } from './PutRolePolicy.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const RoleName = 'r'

test('adds a policy, and takes the place of one with the name', async () => {
  const caller = newCaller()
  await makeRole(iam, caller, RoleName)
  const PolicyName = 'p'
  const input = { RoleName, PolicyName, PolicyDocument: logsPolicy }
  assert.deepEqual(await PutRolePolicy(iam)(input, caller), {})
  const other = ` ${logsPolicy.replace('logs:*', 's3:*')}\n`
  await PutRolePolicy(iam)({ ...input, PolicyDocument: other }, caller)
  const { PolicyDocument: document } = await GetRolePolicy(iam)({ RoleName, PolicyName }, caller)
  assert.equal(decodeURIComponent(document ?? ''), other)
})

test('a document of the older language, and one that is none', async () => {
  const caller = newCaller()
  await makeRole(iam, caller, RoleName)
  const old = '{"Statement":{"Effect":"Deny","NotAction":"s3:*","NotResource":"*"}}'
  await PutRolePolicy(iam)({ RoleName, PolicyName: 'old', PolicyDocument: old }, caller)
  await refused(
    () => PutRolePolicy(iam)({ RoleName, PolicyName: 'p', PolicyDocument: 'null' }, caller),
    'MalformedPolicyDocument',
    'Syntax errors in policy.',
  )
})

test("all of a role's together have 10240 characters; a replaced one does not count", async () => {
  const caller = newCaller()
  await makeRole(iam, caller, RoleName)
  const put = (PolicyName: string, characters: number) =>
    PutRolePolicy(iam)({ RoleName, PolicyName, PolicyDocument: policyOf(characters) }, caller)
  await put('a', 10_000)
  await refused(
    () => put('b', 241),
    'LimitExceeded',
    'Maximum policy size of 10240 bytes exceeded for role r',
    409,
  )
  await put('b', 240)
  await put('a', 9_000)
  await put('c', 1_000)
  await makeRole(iam, caller, 'other')
  const largest = { RoleName: 'other', PolicyName: 'a', PolicyDocument: policyOf(10_240) }
  await PutRolePolicy(iam)(largest, caller)
})

test('a role that is not there', async () => {
  await refused(
    () =>
      PutRolePolicy(iam)(
        { RoleName: 'none', PolicyName: 'p', PolicyDocument: logsPolicy },
        newCaller(),
      ),
    'NoSuchEntity',
    'The role with name none cannot be found.',
    404,
  )
})
