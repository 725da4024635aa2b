import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { logsPolicy, makeGroup, newCaller, openIam, policyOf, refused } from '../../test-support.ts'
import { GetGroupPolicy } from './GetGroupPolicy.ts'
import { PutGroupPolicy } from './PutGroupPolicy.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

const GroupName = 'r'

test('adds a policy, and takes the place of one with the name', async () => {
  const caller = newCaller()
  await makeGroup(iam, caller, GroupName)
  const PolicyName = 'p'
  const input = { GroupName, PolicyName, PolicyDocument: logsPolicy }
  assert.deepEqual(await PutGroupPolicy(iam)(input, caller), {})
  const other = ` ${logsPolicy.replace('logs:*', 's3:*')}\n`
  await PutGroupPolicy(iam)({ ...input, PolicyDocument: other }, caller)
  const { PolicyDocument: document } = await GetGroupPolicy(iam)({ GroupName, PolicyName }, caller)
  assert.equal(decodeURIComponent(document ?? ''), other)
})

test('a document of the older language, and one that is none', async () => {
  const caller = newCaller()
  await makeGroup(iam, caller, GroupName)
  const old = '{"Statement":{"Effect":"Deny","NotAction":"s3:*","NotResource":"*"}}'
  await PutGroupPolicy(iam)({ GroupName, PolicyName: 'old', PolicyDocument: old }, caller)
  await refused(
    () => PutGroupPolicy(iam)({ GroupName, PolicyName: 'p', PolicyDocument: 'null' }, caller),
    'MalformedPolicyDocument',
    'Syntax errors in policy.',
  )
})

test("all of a group's together have 5120 characters; a replaced one does not count", async () => {
  const caller = newCaller()
  await makeGroup(iam, caller, GroupName)
  const put = (PolicyName: string, characters: number) =>
    PutGroupPolicy(iam)({ GroupName, PolicyName, PolicyDocument: policyOf(characters) }, caller)
  await put('a', 4880)
  await refused(
    () => put('b', 241),
    'LimitExceeded',
    'Maximum policy size of 5120 bytes exceeded for group r',
    409,
  )
  await put('b', 240)
  await put('a', 3880)
  await put('c', 1000)
  await makeGroup(iam, caller, 'other')
  const largest = { GroupName: 'other', PolicyName: 'a', PolicyDocument: policyOf(5120) }
  await PutGroupPolicy(iam)(largest, caller)
})

test('a group that is not there', async () => {
  await refused(
    () =>
      PutGroupPolicy(iam)(
        { GroupName: 'none', PolicyName: 'p', PolicyDocument: logsPolicy },
        newCaller(),
      ),
    'NoSuchEntity',
    'The group with name none cannot be found.',
    404,
  )
})
