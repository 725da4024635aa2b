/** The life of a function as the AWS SDK for JavaScript lives it: role, function, waiters, invoke, log, changes, end. */
import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { after, before, test } from 'node:test'
import {
  DescribeLogStreamsCommand,
  FilterLogEventsCommand,
  GetLogEventsCommand,
  ResourceNotFoundException as NoSuchLogGroup,
  paginateDescribeLogGroups,
} from '@aws-sdk/client-cloudwatch-logs'
import {
  AttachRolePolicyCommand,
  CreateRoleCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  EntityAlreadyExistsException,
  GetRoleCommand,
  GetRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListRolePoliciesCommand,
  NoSuchEntityException,
  PutRolePolicyCommand,
  paginateListRoles,
} from '@aws-sdk/client-iam'
import {
  CreateFunctionCommand,
  DeleteFunctionCommand,
  GetFunctionCommand,
  GetFunctionConfigurationCommand,
  InvokeCommand,
  PreconditionFailedException,
  ResourceConflictException,
  ResourceNotFoundException,
  UpdateFunctionCodeCommand,
  UpdateFunctionConfigurationCommand,
  paginateListFunctions,
  waitUntilFunctionActiveV2,
  waitUntilFunctionExists,
  waitUntilFunctionUpdatedV2,
} from '@aws-sdk/client-lambda'
import { GetCallerIdentityCommand } from '@aws-sdk/client-sts'
import { type Clients, clientsOf, deploy, patience } from '../kit/deploy.ts'
import { type TestServer, noSandboxes, startTestServer } from '../kit/server.ts'
import { zip } from '../kit/zip.ts'

const skip = noSandboxes ?? false
const account = '123456789012'
const region = 'eu-west-1'
const FunctionName = 'greeter'
const FunctionArn = `arn:aws:lambda:${region}:${account}:function:${FunctionName}`
const RoleName = 'greeter-role'
const Role = `arn:aws:iam::${account}:role/${RoleName}`
const trust = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' },
  ],
})
const greet = (greeting: string) =>
  zip({
    'index.js': `exports.handler = async ({ name }) => {
      console.log('greeting', name)
      if (!name) throw new TypeError('nobody to greet')
      return \`${greeting}, \${name}\${process.env.MARK ?? ''}\`
    }`,
  })

let server: TestServer
let clients: Clients

before(async () => {
  if (skip) return
  server = await startTestServer()
  clients = clientsOf(server.url, { account, region })
})

after(() => server?.[Symbol.asyncDispose]())

const invoke = (event: unknown) =>
  clients.lambda.send(
    new InvokeCommand({
      FunctionName,
      LogType: 'Tail',
      Payload: Buffer.from(JSON.stringify(event)),
    }),
  )

test('sts: who am I', { skip }, async () => {
  const { Account, Arn, UserId } = await clients.sts.send(new GetCallerIdentityCommand({}))
  assert.deepEqual(
    { Account, Arn, UserId },
    { Account: account, Arn: `arn:aws:iam::${account}:root`, UserId: account },
  )
})

test('iam: a role and its policies', { skip }, async () => {
  const { iam } = clients
  const { Role: created } = await iam.send(
    new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust, Description: 'greets' }),
  )
  assert.equal(created?.Arn, Role)
  assert.ok(created.CreateDate instanceof Date)
  await assert.rejects(
    iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: trust })),
    (error) =>
      error instanceof EntityAlreadyExistsException &&
      error.message === `Role with name ${RoleName} already exists.`,
  )
  const { Role: got } = await iam.send(new GetRoleCommand({ RoleName }))
  assert.deepEqual(
    JSON.parse(decodeURIComponent(got?.AssumeRolePolicyDocument ?? '')),
    JSON.parse(trust),
  )

  const PolicyArn = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'
  await iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }))
  const attached = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }))
  assert.deepEqual(attached.AttachedPolicies, [
    { PolicyName: 'AWSLambdaBasicExecutionRole', PolicyArn },
  ])
  const PolicyName = 'inline'
  const PolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' },
  })
  await iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }))
  const inline = await iam.send(new ListRolePoliciesCommand({ RoleName }))
  assert.deepEqual(inline.PolicyNames, [PolicyName])
  const policy = await iam.send(new GetRolePolicyCommand({ RoleName, PolicyName }))
  assert.equal(decodeURIComponent(policy.PolicyDocument ?? ''), PolicyDocument)

  await iam.send(new CreateRoleCommand({ RoleName: 'another', AssumeRolePolicyDocument: trust }))
  const names: (string | undefined)[] = []
  for await (const page of paginateListRoles({ client: iam, pageSize: 1 }, {})) {
    assert.equal(page.Roles?.length, 1)
    names.push(...page.Roles.map((role) => role.RoleName))
  }
  assert.deepEqual(names, ['another', RoleName])
})

test('lambda: created, waited for, described', { skip }, async () => {
  const { lambda } = clients
  const created = await lambda.send(
    new CreateFunctionCommand({
      FunctionName,
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Role,
      Code: { ZipFile: greet('Hello') },
      Tags: { team: 'greeters' },
    }),
  )
  assert.equal(created.$metadata.httpStatusCode, 201)
  assert.equal(created.State, 'Pending')
  await waitUntilFunctionExists({ client: lambda, ...patience }, { FunctionName })
  await waitUntilFunctionActiveV2({ client: lambda, ...patience }, { FunctionName })
  const { $metadata: _metadata, ...config } = await lambda.send(
    new GetFunctionConfigurationCommand({ FunctionName }),
  )
  const { CodeSha256, CodeSize, ConfigSha256, ...described } = config
  const { LastModified, RevisionId, RuntimeVersionConfig, ...rest } = described
  assert.equal(CodeSize, greet('Hello').length)
  assert.match(CodeSha256 ?? '', /^[A-Za-z0-9+/]{43}=$/)
  assert.match(ConfigSha256 ?? '', /^[A-Za-z0-9+/]{43}=$/)
  assert.match(LastModified ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+0000$/)
  assert.match(RevisionId ?? '', /^[0-9a-f-]{36}$/)
  assert.match(
    RuntimeVersionConfig?.RuntimeVersionArn ?? '',
    /^arn:aws:lambda:[a-z0-9-]+::runtime:[0-9a-f]{64}$/,
  )
  assert.deepEqual(rest, {
    FunctionName,
    FunctionArn,
    Runtime: 'nodejs22.x',
    Role,
    Handler: 'index.handler',
    Description: '',
    Timeout: 3,
    MemorySize: 128,
    Version: '$LATEST',
    TracingConfig: { Mode: 'PassThrough' },
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    Architectures: ['x86_64'],
    EphemeralStorage: { Size: 512 },
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: { LogFormat: 'Text', LogGroup: `/aws/lambda/${FunctionName}` },
  })
  const { Code, Tags } = await lambda.send(new GetFunctionCommand({ FunctionName }))
  assert.deepEqual(Tags, { team: 'greeters' })
  const download = await fetch(Code?.Location ?? '')
  assert.deepEqual(new Uint8Array(await download.arrayBuffer()), greet('Hello'))
  await assert.rejects(
    deploy(lambda, { FunctionName, Role, files: { 'index.js': '' } }),
    (error) =>
      error instanceof ResourceConflictException &&
      error.message === `Function already exist: ${FunctionName}`,
  )
})

test('lambda: invoked, with its log', { skip }, async () => {
  const answer = await invoke({ name: 'world' })
  assert.equal(answer.StatusCode, 200)
  assert.equal(answer.ExecutedVersion, '$LATEST')
  assert.equal(answer.FunctionError, undefined)
  assert.equal(answer.Payload?.transformToString(), '"Hello, world"')
  const tail = Buffer.from(answer.LogResult ?? '', 'base64').toString()
  assert.match(tail, /^START RequestId: .*\n.*\tINFO\tgreeting world\nEND RequestId: .*\nREPORT /)
  const failed = await invoke({})
  assert.equal(failed.FunctionError, 'Unhandled')
  const { errorType, errorMessage } = JSON.parse(failed.Payload?.transformToString() ?? '')
  assert.deepEqual([errorType, errorMessage], ['TypeError', 'nobody to greet'])
})

test('logs: found again by group, stream and pattern', { skip }, async () => {
  const { logs } = clients
  const logGroupName = `/aws/lambda/${FunctionName}`
  const groups: unknown[] = []
  for await (const page of paginateDescribeLogGroups({ client: logs }, {})) {
    groups.push(...(page.logGroups ?? []).map((group) => group.logGroupName))
  }
  assert.deepEqual(groups, [logGroupName])
  const { logStreams } = await logs.send(new DescribeLogStreamsCommand({ logGroupName }))
  const logStreamName = logStreams?.[0]?.logStreamName ?? ''
  assert.match(logStreamName, /^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/)
  const { events = [] } = await logs.send(
    new GetLogEventsCommand({ logGroupName, logStreamName, startFromHead: true }),
  )
  const kinds = events.map(({ message = '' }) =>
    /^[A-Z_]+(?= )|\t(?:INFO|ERROR)\t/.exec(message)?.[0].trim(),
  )
  assert.deepEqual(kinds, [
    'INIT_START',
    ...['START', 'INFO', 'END', 'REPORT'],
    ...['START', 'INFO', 'ERROR', 'END', 'REPORT'],
  ])
  const found = await logs.send(
    new FilterLogEventsCommand({ logGroupName, filterPattern: '"greeting world"' }),
  )
  assert.equal(found.events?.length, 1)
  await assert.rejects(
    logs.send(new DescribeLogStreamsCommand({ logGroupName: '/none' })),
    (error) =>
      error instanceof NoSuchLogGroup &&
      error.message === 'The specified log group does not exist.',
  )
})

test('lambda: code and configuration change', { skip }, async () => {
  const { lambda } = clients
  const before_ = await lambda.send(new GetFunctionConfigurationCommand({ FunctionName }))
  const changed = await lambda.send(
    new UpdateFunctionCodeCommand({ FunctionName, ZipFile: greet('Bye') }),
  )
  assert.equal(changed.LastUpdateStatus, 'InProgress')
  assert.notEqual(changed.CodeSha256, before_.CodeSha256)
  assert.notEqual(changed.RevisionId, before_.RevisionId)
  await waitUntilFunctionUpdatedV2({ client: lambda, ...patience }, { FunctionName })
  assert.equal((await invoke({ name: 'world' })).Payload?.transformToString(), '"Bye, world"')

  const update = { FunctionName, Environment: { Variables: { MARK: '!' } }, Timeout: 9 }
  await assert.rejects(
    lambda.send(
      new UpdateFunctionConfigurationCommand({ ...update, RevisionId: before_.RevisionId }),
    ),
    (error) =>
      error instanceof PreconditionFailedException &&
      error.message.startsWith('The Revision Id provided does not match the latest Revision Id.'),
  )
  const configured = await lambda.send(new UpdateFunctionConfigurationCommand(update))
  assert.equal(configured.Timeout, 9)
  await waitUntilFunctionUpdatedV2({ client: lambda, ...patience }, { FunctionName })
  assert.equal((await invoke({ name: 'world' })).Payload?.transformToString(), '"Bye, world!"')
})

test('lambda: listed by pages, deleted, gone', { skip }, async () => {
  const { lambda } = clients
  for (const name of ['a-first', 'z-last']) {
    await deploy(lambda, { FunctionName: name, Role, files: { 'index.js': '' } })
  }
  const names: unknown[] = []
  for await (const page of paginateListFunctions({ client: lambda, pageSize: 2 }, {})) {
    names.push(page.Functions?.map((each) => each.FunctionName))
  }
  assert.deepEqual(names, [['a-first', FunctionName], ['z-last']])
  await lambda.send(new DeleteFunctionCommand({ FunctionName }))
  const gone = (error: unknown) =>
    error instanceof ResourceNotFoundException &&
    error.message === `Function not found: ${FunctionArn}`
  await assert.rejects(lambda.send(new GetFunctionCommand({ FunctionName })), gone)
  await assert.rejects(invoke({}), gone)
})

test('iam: a role is deleted when nothing hangs on it', { skip }, async () => {
  const { iam } = clients
  await assert.rejects(iam.send(new DeleteRoleCommand({ RoleName })), {
    name: 'DeleteConflictException',
    message: 'Cannot delete entity, must detach all policies first.',
  })
  const PolicyArn = 'arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole'
  await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }))
  await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'inline' }))
  await iam.send(new DeleteRoleCommand({ RoleName }))
  await assert.rejects(
    iam.send(new GetRoleCommand({ RoleName })),
    (error) =>
      error instanceof NoSuchEntityException &&
      error.message === `The role with name ${RoleName} cannot be found.`,
  )
})
