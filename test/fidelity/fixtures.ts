/**
 * Resources that exist while tests ask for others: one of every kind that can be made through what is served, made
 * through the API. What cannot be made yet is left out, and is made from the day that its operation is served.
 */
import assert from 'node:assert/strict'
import type { OperationModel } from '../../src/model/types.ts'
import { zip } from '../kit/zip.ts'
import { encode, type Input } from './encode.ts'
import { expectedPhrases } from './expected.ts'
import { type Answer, type FidelityServer, account, region } from './server.ts'
import { leastInput } from './sites.ts'

/** Of each service, values for members by their names: what exists. */
export type Fixtures = Readonly<Record<string, Readonly<Record<string, unknown>>>>

const functionName = 'fidelity'
export const functionArn = `arn:aws:lambda:${region}:${account}:function:${functionName}`
const iamArn = (resource: string): string => `arn:aws:iam::${account}:${resource}`
const allowAll = JSON.stringify({
  Version: '2012-10-17',
  Statement: [{ Effect: 'Allow', Action: '*', Resource: '*' }],
})
const trustLambda = JSON.stringify({
  Version: '2012-10-17',
  Statement: [
    {
      Effect: 'Allow',
      Principal: { Service: 'lambda.amazonaws.com' },
      Action: 'sts:AssumeRole',
    },
  ],
})
/** Lets the account invoke it. */
export function resourcePolicy(resource: string): string {
  const who = { Effect: 'Allow', Principal: { AWS: account } }
  const statement = { ...who, Action: 'lambda:InvokeFunction', Resource: resource }
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] })
}

const bootstrap = zip({ bootstrap: '#!/bin/sh\n' })

/** True of every request, whether or not what it names exists. */
const always: Fixtures = {
  lambda: {
    Runtime: 'provided.al2023',
    Handler: 'index.handler',
    Role: iamArn('role/fidelity'),
    Code: { ZipFile: bootstrap },
    Content: { ZipFile: bootstrap },
    Principal: 's3.amazonaws.com',
    Action: 'lambda:InvokeFunction',
    FunctionVersion: '1',
    FunctionName: functionName,
    Name: 'live',
    LayerName: 'fidelity',
    VersionNumber: 1,
    Resource: functionArn,
    ResourceArn: functionArn,
    StatementId: 'fidelity',
    Qualifier: 'live',
    Arn: `arn:aws:lambda:${region}:${account}:layer:fidelity:1`,
    Tags: { a: 'b' },
    TagKeys: ['a'],
    ReservedConcurrentExecutions: 5,
    ProvisionedConcurrentExecutions: 1,
    AllowedPublishers: {
      SigningProfileVersionArns: [
        `arn:aws:signer:${region}:${account}:/signing-profiles/fidelity/0123456789`,
      ],
    },
  },
  logs: { logGroupName: '/fidelity', logStreamName: 'stream' },
  iam: {
    RoleName: 'fidelity',
    UserName: 'fidelity',
    GroupName: 'fidelity',
    InstanceProfileName: 'fidelity',
    PolicyName: 'inline',
    PolicyArn: iamArn('policy/fidelity'),
    PermissionsBoundary: iamArn('policy/fidelity'),
    AssumeRolePolicyDocument: trustLambda,
    PolicyDocument: allowAll,
    VersionId: 'v1',
    AccountAlias: 'fidelity',
    OpenIDConnectProviderArn: iamArn('oidc-provider/fidelity.example.com'),
    ClientID: 'client',
    ThumbprintList: ['a'.repeat(40)],
    Status: 'Active',
  },
  sts: { RoleArn: iamArn('role/fidelity'), RoleSessionName: 'fidelity' },
}

/** What an operation needs beside required members, to be about what it is asked for. */
const beside: Readonly<Record<string, Input>> = {
  'lambda UpdateFunctionCode': { ZipFile: bootstrap },
  'logs PutMetricFilter': {
    metricTransformations: [{ metricName: 'm', metricNamespace: 'n', metricValue: '1' }],
  },
  'lambda CreateFunction': { Runtime: 'provided.al2023', Handler: 'index.handler' },
  'lambda PutFunctionEventInvokeConfig': { MaximumRetryAttempts: 1 },
  'lambda UpdateFunctionEventInvokeConfig': { MaximumRetryAttempts: 1 },
  'lambda CreateEventSourceMapping': {
    EventSourceArn: `arn:aws:sqs:${region}:${account}:fidelity`,
  },
  'lambda AddLayerVersionPermission': { Principal: '*', Action: 'lambda:GetLayerVersion' },
  'lambda UpdateAlias': { FunctionVersion: '1' },
  'lambda PutResourcePolicy': { Policy: resourcePolicy(functionArn) },
  'lambda PutRuntimeManagementConfig': { UpdateRuntimeOn: 'Auto' },
  'logs DescribeLogStreams': { logGroupName: '/fidelity' },
  'logs FilterLogEvents': { logGroupName: '/fidelity' },
  'logs GetLogEvents': { logGroupName: '/fidelity' },
  'logs PutLogEvents': { logEvents: [{ timestamp: Date.now(), message: 'm' }] },
  'iam UpdatePolicy': { PolicyDocument: allowAll },
}

/** What makes the fixtures, in this order: service, operation, members, and what to keep of the answer. */
type Step = readonly [
  service: string,
  operation: string,
  members: Input,
  keep?: (answer: Answer) => Input,
]

const steps: readonly Step[] = [
  ['iam', 'CreateRole', {}],
  ['iam', 'CreateUser', {}],
  ['iam', 'CreateGroup', {}],
  ['iam', 'CreatePolicy', { PolicyName: 'fidelity' }],
  ['iam', 'PutRolePolicy', {}],
  ['iam', 'PutUserPolicy', {}],
  ['iam', 'PutGroupPolicy', {}],
  ['iam', 'CreateInstanceProfile', {}],
  ['iam', 'CreateAccountAlias', {}],
  ['iam', 'CreateOpenIDConnectProvider', { Url: 'https://fidelity.example.com' }],
  ['iam', 'CreateAccessKey', { UserName: 'fidelity' }, accessKeyOf],
  ['logs', 'CreateLogGroup', {}],
  ['logs', 'CreateLogStream', {}],
  ['lambda', 'CreateFunction', {}],
  ['lambda', 'PublishVersion', {}],
  ['lambda', 'CreateAlias', {}],
  ['lambda', 'PublishLayerVersion', {}],
  ['lambda', 'AddLayerVersionPermission', {}],
  ['lambda', 'AddPermission', {}],
  ['lambda', 'CreateFunctionUrlConfig', { AuthType: 'NONE' }],
  ['lambda', 'PutFunctionEventInvokeConfig', {}],
  ['lambda', 'CreateEventSourceMapping', {}, (answer) => keep(answer, 'UUID')],
  ['lambda', 'CreateCodeSigningConfig', {}, codeSigningOf],
]

function keep({ text }: Answer, member: string): Input {
  return { [member]: (JSON.parse(text) as Input)[member] }
}

function codeSigningOf({ text }: Answer): Input {
  const { CodeSigningConfig } = JSON.parse(text) as { CodeSigningConfig: Input }
  return { CodeSigningConfigArn: CodeSigningConfig['CodeSigningConfigArn'] }
}

function accessKeyOf({ text }: Answer): Input {
  return { AccessKeyId: /<AccessKeyId>(\w+)</.exec(text)?.[1] }
}

/** Makes all that can be made, and waits until it can be used. @throws when one is refused. */
export async function makeFixtures(server: FidelityServer): Promise<Fixtures> {
  const made: Record<string, Record<string, unknown>> = structuredClone(always) as never
  for (const [id, name, members, take] of steps) {
    const service = server.services.find(({ model }) => model.id === id)
    const operation = service?.model.operations.get(name)
    if (service === undefined || operation === undefined || !service.serves(name)) continue
    const input = { ...inputFor(id, operation, made), ...members }
    const answer = await server.send(encode(service.model, operation, input))
    const told = [answer.status, answer.text, ...server.logged].join(' ')
    assert.ok(answer.status < 300, `${id} ${name} to make a fixture: ${told}`)
    Object.assign(made[id] ?? {}, take?.(answer))
    if (name === 'CreateFunction') {
      await becomes(server, 'GetFunctionConfiguration', made, '"State":"Active"')
    } else if (name === 'CreateEventSourceMapping') {
      await becomes(server, 'GetEventSourceMapping', made, '"State":"Enabled"')
    }
  }
  return made
}

/** The operation's least input, about what exists where its own model lets it be. */
export function inputFor(service: string, operation: OperationModel, fixtures: Fixtures): Input {
  const least = leastInput(operation)
  const exists = fixtures[service] ?? {}
  const members = Object.keys(least).map((name) => {
    const known = exists[name]
    const fits = known !== undefined && isValid(operation, { ...least, [name]: known })
    return [name, fits ? known : least[name]] as const
  })
  return { ...Object.fromEntries(members), ...beside[`${service} ${operation.name}`] }
}

export function isValid(operation: OperationModel, input: Input): boolean {
  return expectedPhrases(operation, input).length === 0
}

/** Nothing is waited for in earnest, so that a few questions are enough. */
async function becomes(
  server: FidelityServer,
  question: string,
  made: Fixtures,
  state: string,
): Promise<void> {
  const lambda = server.services.find(({ model }) => model.id === 'lambda')?.model
  const operation = lambda?.operations.get(question)
  assert.ok(lambda && operation, question)
  const input = inputFor('lambda', operation, made)
  for (let tries = 0; tries < 1000; tries++) {
    const { text } = await server.send(encode(lambda, operation, input))
    if (text.replaceAll(' ', '').includes(state)) return
  }
  assert.fail(`${question} never answers ${state}`)
}
