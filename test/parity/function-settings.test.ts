/**
 * What is set beside a function's configuration, as the AWS SDK for JavaScript sets it: permissions and policies,
 * asynchronous invocation, tags, recursion, the build of the runtime; and what another account gets of it.
 */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  AddPermissionCommand,
  CreateAliasCommand,
  DeleteFunctionEventInvokeConfigCommand,
  DeleteResourcePolicyCommand,
  GetFunctionConfigurationCommand,
  GetFunctionEventInvokeConfigCommand,
  GetFunctionRecursionConfigCommand,
  GetPolicyCommand,
  GetResourcePolicyCommand,
  GetRuntimeManagementConfigCommand,
  InvokeCommand,
  ListTagsCommand,
  PolicyLengthExceededException,
  PreconditionFailedException,
  PublicPolicyException,
  PublishVersionCommand,
  PutFunctionEventInvokeConfigCommand,
  PutFunctionRecursionConfigCommand,
  PutResourcePolicyCommand,
  PutRuntimeManagementConfigCommand,
  RemovePermissionCommand,
  ResourceConflictException,
  ResourceNotFoundException,
  TagResourceCommand,
  UntagResourceCommand,
  UpdateFunctionEventInvokeConfigCommand,
  paginateListFunctionEventInvokeConfigs,
} from '@aws-sdk/client-lambda'
import { type Clients, clientsOf, defaultAccount, defaultRegion, deploy } from '../kit/deploy.ts'
import { type TestServer, noSandboxes, startTestServer } from '../kit/server.ts'

const skip = noSandboxes ?? false
const FunctionName = 'settled'
const FunctionArn = `arn:aws:lambda:${defaultRegion}:${defaultAccount}:function:${FunctionName}`

let server: TestServer
let owner: Clients['lambda']
let stranger: Clients['lambda']

before(async () => {
  if (skip) return
  server = await startTestServer()
  owner = clientsOf(server.url).lambda
  stranger = clientsOf(server.url, { account: '210987654321' }).lambda
  await deploy(owner, {
    FunctionName,
    files: { 'index.mjs': 'export const handler = async (event) => event\n' },
    Tags: { team: 'a' },
  })
  await owner.send(new PublishVersionCommand({ FunctionName }))
  const alias = { FunctionName, Name: 'live', FunctionVersion: '1' }
  await owner.send(new CreateAliasCommand(alias))
})

after(async () => {
  await server?.[Symbol.asyncDispose]()
})

const invokeAsStranger = (name: string) =>
  stranger.send(new InvokeCommand({ FunctionName: name, Payload: '{"from":"afar"}' }))

test('a permission opens an alias to another account, and closes it again', { skip }, async () => {
  const Qualifier = 'live'
  const denied = { name: 'AccessDeniedException', $metadata: { httpStatusCode: 403 } }
  const isDenied = (error: Error) =>
    error.name === denied.name && /lambda:InvokeFunction/.test(error.message)
  await assert.rejects(invokeAsStranger(`${FunctionArn}:live`), isDenied)
  const statement = {
    FunctionName,
    Qualifier,
    StatementId: 'theirs',
    Action: 'lambda:InvokeFunction',
    Principal: '210987654321',
  }
  const { Statement = '' } = await owner.send(new AddPermissionCommand(statement))
  assert.equal(
    Statement,
    `{"Sid":"theirs","Effect":"Allow","Principal":{"AWS":"arn:aws:iam::210987654321:root"},"Action":"lambda:InvokeFunction","Resource":"${FunctionArn}:live"}`,
  )
  await assert.rejects(owner.send(new AddPermissionCommand(statement)), ResourceConflictException)
  const answer = await invokeAsStranger(`${FunctionArn}:live`)
  assert.equal(answer.Payload?.transformToString(), '{"from":"afar"}')
  assert.equal(answer.ExecutedVersion, '1')
  await assert.rejects(invokeAsStranger(FunctionArn), isDenied)
  const { Policy, RevisionId } = await owner.send(new GetPolicyCommand({ FunctionName, Qualifier }))
  assert.equal(Policy, `{"Version":"2012-10-17","Id":"default","Statement":[${Statement}]}`)
  const removal = { FunctionName, Qualifier, StatementId: 'theirs' }
  const stale = { ...removal, RevisionId: 'stale' }
  await assert.rejects(owner.send(new RemovePermissionCommand(stale)), PreconditionFailedException)
  await owner.send(new RemovePermissionCommand({ ...removal, RevisionId }))
  await assert.rejects(invokeAsStranger(`${FunctionArn}:live`), isDenied)
  const gone = new GetPolicyCommand({ FunctionName, Qualifier })
  await assert.rejects(owner.send(gone), ResourceNotFoundException)
})

test('a whole policy is put, shown and deleted by ARN', { skip }, async () => {
  const ResourceArn = FunctionArn
  const document = (Principal: unknown, padding = '') =>
    JSON.stringify({
      Version: '2012-10-17',
      ...(padding === '' ? {} : { Id: padding }),
      Statement: [{ Effect: 'Allow', Principal, Action: 'lambda:*', Resource: ResourceArn }],
    })
  const Policy = document({ AWS: '210987654321' })
  const put = await owner.send(new PutResourcePolicyCommand({ ResourceArn, Policy }))
  assert.equal(put.Policy, Policy)
  const { RevisionId } = await owner.send(new GetResourcePolicyCommand({ ResourceArn }))
  assert.equal(RevisionId, put.RevisionId)
  assert.equal((await invokeAsStranger(ResourceArn)).StatusCode, 200)
  const shown = await stranger.send(
    new GetFunctionConfigurationCommand({ FunctionName: ResourceArn }),
  )
  assert.equal(shown.FunctionArn, ResourceArn)
  const open = new PutResourcePolicyCommand({ ResourceArn, Policy: document('*') })
  await assert.rejects(owner.send(open), PublicPolicyException)
  // 20,480 characters pass the model; the service counts bytes.
  const long = document({ AWS: '210987654321' }, '\u00e9'.repeat(12_000))
  const tooLong = new PutResourcePolicyCommand({ ResourceArn, Policy: long })
  await assert.rejects(owner.send(tooLong), PolicyLengthExceededException)
  await owner.send(new DeleteResourcePolicyCommand({ ResourceArn, RevisionId }))
  const gone = new GetResourcePolicyCommand({ ResourceArn })
  await assert.rejects(owner.send(gone), ResourceNotFoundException)
})

test('asynchronous invocation is configured for each qualifier', { skip }, async () => {
  const queue = `arn:aws:sqs:${defaultRegion}:${defaultAccount}:queue`
  const put = await owner.send(
    new PutFunctionEventInvokeConfigCommand({
      FunctionName,
      MaximumRetryAttempts: 0,
      MaximumEventAgeInSeconds: 60,
    }),
  )
  assert.ok(put.LastModified instanceof Date)
  assert.equal(put.FunctionArn, `${FunctionArn}:$LATEST`)
  assert.equal(put.MaximumRetryAttempts, 0)
  const updated = await owner.send(
    new UpdateFunctionEventInvokeConfigCommand({
      FunctionName,
      DestinationConfig: { OnFailure: { Destination: queue } },
    }),
  )
  assert.deepEqual(updated.DestinationConfig, { OnSuccess: {}, OnFailure: { Destination: queue } })
  assert.equal(updated.MaximumEventAgeInSeconds, 60)
  for (const Qualifier of ['1', 'live']) {
    const input = { FunctionName, Qualifier, MaximumRetryAttempts: 1 }
    await owner.send(new PutFunctionEventInvokeConfigCommand(input))
  }
  const arns = []
  const paging = { client: owner, pageSize: 1 }
  for await (const page of paginateListFunctionEventInvokeConfigs(paging, { FunctionName })) {
    arns.push(...(page.FunctionEventInvokeConfigs ?? []).map((config) => config.FunctionArn))
  }
  assert.deepEqual(
    arns,
    ['$LATEST', '1', 'live'].map((qualifier) => `${FunctionArn}:${qualifier}`),
  )
  await owner.send(new DeleteFunctionEventInvokeConfigCommand({ FunctionName }))
  const gone = new GetFunctionEventInvokeConfigCommand({ FunctionName })
  await assert.rejects(owner.send(gone), ResourceNotFoundException)
})

test('tags come, go, and are listed', { skip }, async () => {
  const Resource = FunctionArn
  await owner.send(new TagResourceCommand({ Resource, Tags: { stage: 'test', 'a/b': 'c d' } }))
  await owner.send(new UntagResourceCommand({ Resource, TagKeys: ['team', 'none'] }))
  const { Tags } = await owner.send(new ListTagsCommand({ Resource }))
  assert.deepEqual(Tags, { stage: 'test', 'a/b': 'c d' })
  const qualified = new ListTagsCommand({ Resource: `${Resource}:live` })
  await assert.rejects(owner.send(qualified), { name: 'InvalidParameterValueException' })
  const nonsense = new ListTagsCommand({ Resource: 'arn:aws:something' })
  await assert.rejects(owner.send(nonsense), { name: 'ValidationException' })
})

test('recursion and the build of the runtime are set', { skip }, async () => {
  const recursion = new GetFunctionRecursionConfigCommand({ FunctionName })
  assert.equal((await owner.send(recursion)).RecursiveLoop, 'Terminate')
  const allow = { FunctionName, RecursiveLoop: 'Allow' } as const
  await owner.send(new PutFunctionRecursionConfigCommand(allow))
  assert.equal((await owner.send(recursion)).RecursiveLoop, 'Allow')

  const { RuntimeVersionConfig } = await owner.send(
    new GetFunctionConfigurationCommand({ FunctionName }),
  )
  const RuntimeVersionArn = RuntimeVersionConfig?.RuntimeVersionArn
  const manual = { FunctionName, UpdateRuntimeOn: 'Manual', RuntimeVersionArn } as const
  await owner.send(new PutRuntimeManagementConfigCommand(manual))
  const shown = await owner.send(new GetRuntimeManagementConfigCommand({ FunctionName }))
  assert.equal(shown.UpdateRuntimeOn, 'Manual')
  assert.equal(shown.RuntimeVersionArn, RuntimeVersionArn)
})

test(
  'a function that invokes itself is stopped, unless it may',
  { skip, timeout: 60_000 },
  async () => {
    const name = 'looping'
    const source = `
import { Lambda } from '@aws-sdk/client-lambda'
const lambda = new Lambda({ maxAttempts: 1 })
export const handler = async ({ left }) => {
  if (left === 0) return 'bottom'
  try {
    const Payload = JSON.stringify({ left: left - 1 })
    const answer = await lambda.invoke({ FunctionName: process.env.AWS_LAMBDA_FUNCTION_NAME, Payload })
    return JSON.parse(answer.Payload.transformToString())
  } catch (error) {
    return \`\${error.name} with \${left} left\`
  }
}
`
    await deploy(owner, {
      FunctionName: name,
      files: { 'index.mjs': source },
      Timeout: 50,
      MemorySize: 256,
    })
    const loop = async () => {
      const invoke = new InvokeCommand({ FunctionName: name, Payload: '{"left":18}' })
      return JSON.parse((await owner.send(invoke)).Payload?.transformToString() ?? '')
    }
    // Sixteen get through, with 18 to 3 left; the last of them cannot invoke the next.
    assert.equal(await loop(), 'RecursiveInvocationException with 3 left')
    const allow = { FunctionName: name, RecursiveLoop: 'Allow' } as const
    await owner.send(new PutFunctionRecursionConfigCommand(allow))
    assert.equal(await loop(), 'bottom')
  },
)
