import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { logsPolicy, makeUser, newCaller, openIam, policyOf, refused } from '../../test-support.ts'
import { GetUserPolicy } from './GetUserPolicy.ts'
import { PutUserPolicy } from './PutUserPolicy.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const UserName = 'r'

test('adds a policy, and takes the place of one with the name', async () => {
  const caller = newCaller()
  await makeUser(iam, caller, UserName)
  const PolicyName = 'p'
  const input = { UserName, PolicyName, PolicyDocument: logsPolicy }
  assert.deepEqual(await PutUserPolicy(iam)(input, caller), {})
  const other = ` ${logsPolicy.replace('logs:*', 's3:*')}\n`
  await PutUserPolicy(iam)({ ...input, PolicyDocument: other }, caller)
  const { PolicyDocument: document } = await GetUserPolicy(iam)({ UserName, PolicyName }, caller)
  assert.equal(decodeURIComponent(document ?? ''), other)
})

test('a document of the older language, and one that is none', async () => {
  const caller = newCaller()
  await makeUser(iam, caller, UserName)
  const old = '{"Statement":{"Effect":"Deny","NotAction":"s3:*","NotResource":"*"}}'
  await PutUserPolicy(iam)({ UserName, PolicyName: 'old', PolicyDocument: old }, caller)
  await refused(
    () => PutUserPolicy(iam)({ UserName, PolicyName: 'p', PolicyDocument: 'null' }, caller),
    'MalformedPolicyDocument',
    'Syntax errors in policy.',
  )
})

test("all of a user's together have 2048 characters; a replaced one does not count", async () => {
  const caller = newCaller()
  await makeUser(iam, caller, UserName)
  const put = (PolicyName: string, characters: number) =>
    PutUserPolicy(iam)({ UserName, PolicyName, PolicyDocument: policyOf(characters) }, caller)
  await put('a', 1808)
  await refused(
    () => put('b', 241),
    'LimitExceeded',
    'Maximum policy size of 2048 bytes exceeded for user r',
    409,
  )
  await put('b', 240)
  await put('a', 808)
  await put('c', 1000)
  await makeUser(iam, caller, 'other')
  const largest = { UserName: 'other', PolicyName: 'a', PolicyDocument: policyOf(2048) }
  await PutUserPolicy(iam)(largest, caller)
})

test('a user that is not there', async () => {
  await refused(
    () =>
      PutUserPolicy(iam)(
        { UserName: 'none', PolicyName: 'p', PolicyDocument: logsPolicy },
        newCaller(),
      ),
    'NoSuchEntity',
    'The user with name none cannot be found.',
    404,
  )
})
