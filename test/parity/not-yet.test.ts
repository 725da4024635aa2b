/**
 * What lambdad does not do yet, it says: every operation that stands in a table as not served answers 501 and
 * names itself, over each protocol of its service; a service that is not there answers in a form its client prints.
 */
import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, test } from 'node:test'
import { DynamoDBClient, ListTablesCommand } from '@aws-sdk/client-dynamodb'
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2'
import { ListBucketsCommand, S3Client } from '@aws-sdk/client-s3'
import { ListQueuesCommand, SQSClient } from '@aws-sdk/client-sqs'
import { type Server, startServer } from '../../src/app/index.ts'
import { silentLog } from '../../src/kernel/log.ts'
import { loaded, notYet } from '../../src/kernel/operation.ts'
import { loadService } from '../../src/model/index.ts'
import type { OperationModel, ProtocolId, ServiceModel } from '../../src/model/types.ts'
import { AwsCli, noAwsCli } from '../kit/aws-cli.ts'

/** In this process, so that its tables can be read. No function runs here: no sandbox is needed. */
const directory = await mkdtemp(path.join(os.tmpdir(), 'lambdad-not-yet-'))
const server: Server = await startServer(
  {
    host: '127.0.0.1',
    port: 0,
    dataDirectory: directory,
    cacheDirectory: path.join(directory, 'cache'),
    isolation: 'process',
    ociRuntime: 'crun',
    cpu: 'shared',
    cpuIdle: 'sleep',
    runtimeFallback: true,
    network: 'none',
    memoryBudgetMb: 0,
    logStorageMb: 0,
    auth: 'off',
    logFormat: 'text',
    keyFile: undefined,
  },
  silentLog,
)

after(async () => {
  await server[Symbol.asyncDispose]()
  await rm(directory, { recursive: true })
})

/** The smallest request that names the operation. */
function request(service: ServiceModel, operation: OperationModel, protocol: ProtocolId): Request {
  const { name } = operation
  const scope = `20260101/us-east-1/${service.signingName}/aws4_request`
  const date = { 'x-amz-date': '20260101T000000Z' }
  const authorization = `AWS4-HMAC-SHA256 Credential=test/${scope}, SignedHeaders=host, Signature=0`
  const post = (target: string, headers: Record<string, string>, body: string): Request =>
    new Request(server.url + target, {
      method: 'POST',
      headers: { authorization, ...date, ...headers },
      body,
    })
  switch (protocol) {
    case 'awsJson':
      return post(
        '/',
        {
          'content-type': `application/x-amz-json-${service.jsonVersion}`,
          'x-amz-target': `${service.targetPrefix}.${name}`,
        },
        '{}',
      )
    case 'awsQuery':
      return post(
        '/',
        { 'content-type': 'application/x-www-form-urlencoded' },
        `Action=${name}&Version=${service.apiVersion}`,
      )
    case 'rpcv2Cbor':
      return post(
        `/service/${service.targetPrefix}/operation/${name}`,
        { 'content-type': 'application/cbor', 'smithy-protocol': 'rpc-v2-cbor' },
        '\xa0',
      )
    case 'restJson1': {
      const target = operation.uri.replaceAll(/\{[^}]+\}/g, 'x')
      return new Request(server.url + target, {
        method: operation.method,
        headers: { authorization, ...date },
      })
    }
    default:
      throw new Error(`no service here speaks ${protocol}`)
  }
}

for (const late of server.services.values()) {
  const { model, operations } = await loaded(late)
  const missing = Object.keys(operations).filter((name) => operations[name] === notYet)
  test(`${model}: ${missing.length} operations say that they are not served yet`, async () => {
    const service = await loadService(model)
    // What stands in the model and not in the table would be found missing only by its users.
    const unlisted = [...service.operations.keys()].filter((name) => !(name in operations))
    assert.deepEqual(unlisted, [])
    for (const protocol of service.protocols) {
      for (const name of missing) {
        const operation = service.operations.get(name)
        // The SDK may know an operation that the model does not have yet: nobody can reach it here.
        if (!operation) continue
        const response = await fetch(request(service, operation, protocol))
        const text = await response.text()
        assert.equal(response.status, 501, `${model} ${name} over ${protocol}: ${text}`)
        const words = `${service.serviceId} ${name} is not served by lambdad yet.`
        assert.ok(text.includes(words), `${model} ${name} over ${protocol}: ${text}`)
        assert.ok(response.headers.get('x-amzn-requestid'), name)
      }
    }
  })
}

test("the newest model's 88 operations of Lambda stand in the table, and what came since", async () => {
  const { operations } = await loadService('lambda')
  assert.ok(operations.size >= 88)
})

const strangers = {
  dynamodb: (config: object) => new DynamoDBClient(config).send(new ListTablesCommand({})),
  sqs: (config: object) => new SQSClient(config).send(new ListQueuesCommand({})),
  ec2: (config: object) => new EC2Client(config).send(new DescribeInstancesCommand({})),
  s3: (config: object) =>
    new S3Client({ ...config, forcePathStyle: true }).send(new ListBucketsCommand({})),
}

for (const [service, call] of Object.entries(strangers)) {
  test(`the SDK understands that there is no ${service} yet`, async () => {
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
    const config = { endpoint: server.url, region: 'us-east-1', credentials, maxAttempts: 1 }
    await assert.rejects(
      call(config),
      (error: Error & { $metadata: { httpStatusCode: number } }) => {
        assert.equal(error.name, 'NotImplemented')
        assert.equal(error.message, `The service ${service} is not served by lambdad yet.`)
        assert.equal(error.$metadata.httpStatusCode, 501)
        return true
      },
    )
  })
}

test('the CLI prints what is not served yet', { skip: noAwsCli ?? false }, async () => {
  const aws = new AwsCli(server.url)
  const expected: [string[], string, string][] = [
    [['dynamodb', 'list-tables'], 'ListTables', 'The service dynamodb'],
    [['ec2', 'describe-vpcs'], 'DescribeVpcs', 'The service ec2'],
    [['s3api', 'list-buckets'], 'ListBuckets', 'The service s3'],
    [
      ['lambda', 'invoke-async', '--function-name', 'f', '--invoke-args', import.meta.filename],
      'InvokeAsync',
      'Lambda InvokeAsync',
    ],
    [['iam', 'get-credential-report'], 'GetCredentialReport', 'IAM GetCredentialReport'],
  ]
  const ran = await Promise.all(expected.map(([args]) => aws.run(...args)))
  for (const [index, [, operation, subject]] of expected.entries()) {
    const words = `An error occurred (NotImplemented) when calling the ${operation} operation: ${subject} is not served by lambdad yet.`
    assert.ok(ran[index]?.stderr.includes(words), ran[index]?.stderr ?? words)
    assert.equal(ran[index]?.code, 254)
  }
})
