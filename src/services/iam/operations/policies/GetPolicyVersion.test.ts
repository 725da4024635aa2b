import assert from 'node:assert/strict'
import { after, test } from 'node:test'
import { logsPolicy, makePolicy, newCaller, openIam, refused } from '../../test-support.ts'
import { CreatePolicyVersion } from './CreatePolicyVersion.ts'
import { GetPolicyVersion } from './GetPolicyVersion.ts'

const iam = await openIam()
after(() => iam[Symbol.asyncDispose]())

test('with its document, URL-encoded', async () => {
  const caller = newCaller()
  const PolicyArn = await makePolicy(iam, caller, 'p')
  const PolicyDocument = logsPolicy.replace('logs:*', 'logs:Put*')
  await CreatePolicyVersion(iam)({ PolicyArn, PolicyDocument }, caller)
  const read = async (VersionId: string) => {
    const { PolicyVersion: version } = await GetPolicyVersion(iam)({ PolicyArn, VersionId }, caller)
    return version
  }
  assert.deepEqual(await read('v1'), {
    Document: encodeURIComponent(logsPolicy).replaceAll('*', '%2A'),
    VersionId: 'v1',
    IsDefaultVersion: true,
    CreateDate: new Date('2026-01-02T03:04:05Z'),
  })
  const second = await read('v2')
  assert.equal(decodeURIComponent(second?.Document ?? ''), PolicyDocument)
  assert.equal(second?.IsDefaultVersion, false)
})

test("of Lambda's own the version in effect", async () => {
  const PolicyArn = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'
  const { PolicyVersion: version } = await GetPolicyVersion(iam)(
    { PolicyArn, VersionId: 'v1' },
    newCaller(),
  )
  // As the AWS managed policy reference has it.
  assert.deepEqual(JSON.parse(decodeURIComponent(version?.Document ?? '')), {
    Version: '2012-10-17',
    Statement: [
      {
        Effect: 'Allow',
        Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'],
        Resource: '*',
      },
    ],
  })
  const older = {
    PolicyArn: PolicyArn.replace('Basic', 'VPCAccess'),
    VersionId: 'v2',
  }
  await refused(
    () => GetPolicyVersion(iam)(older, newCaller()),
    'NoSuchEntity',
    `Policy ${older.PolicyArn} version v2 does not exist or is not attachable.`,
    404,
  )
})
