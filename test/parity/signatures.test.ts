/**
 * Real clients against the real authenticator: what the AWS SDKs for JavaScript and Python sign, `--auth on` takes,
 * and with another secret refuses. A listener of a few lines stands in for the gateway: it authenticates, reads the
 * body, and answers just enough for each client to be content.
 */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { after, before, test } from 'node:test'

import { CloudWatchLogsClient, DescribeLogGroupsCommand } from '@aws-sdk/client-cloudwatch-logs'
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2'
import { GetFunctionCommand, InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda'
import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs'
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'

import {
  accessMigrations,
  Credentials,
  rootOf,
  SecretBox,
  VerifyingAuthenticator,
} from '../../src/access/index.ts'
import type { AccountId } from '../../src/kernel/brand.ts'
import { systemClock } from '../../src/kernel/clock.ts'
import { ServiceError } from '../../src/kernel/errors.ts'
import { silentLog } from '../../src/kernel/log.ts'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { openPayload } from '../../src/wire/aws-chunked-payload.ts'
import type { Signatures, SigningTarget } from '../../src/kernel/signatures.ts'
import { createSigV4 } from '../../src/wire/sigv4/index.ts'

const account = '123456789012' as AccountId
const targets: Readonly<Record<string, SigningTarget>> = {
  lambda: { service: 'lambda', dialect: 'rest-json' },
  logs: { service: 'logs', dialect: 'json' },
  sqs: { service: 'sqs', dialect: 'json' },
  sts: { service: 'sts', dialect: 'query' },
  ec2: { service: 'ec2', dialect: 'ec2' },
  s3: { service: 's3', dialect: 's3' },
}

/** What the listener made of the last request. */
interface Seen {
  readonly service: string
  readonly code: string
  readonly arn: string
  readonly region: string
  readonly body: string
  readonly contentSha256: string
}

interface ClientSettings {
  readonly endpoint: string
  readonly region: string
  readonly maxAttempts: number
  readonly credentials: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string
  }
}

const owned = new AsyncDisposableStack()
let server: Server
let credentials: Credentials
let seen: Seen | undefined
let root: { readonly accessKeyId: string; readonly secretAccessKey: string }

before(async () => {
  const directory = await mkdtemp(join(tmpdir(), 'signatures-'))
  owned.defer(() => rm(directory, { recursive: true }))
  const file = join(directory, 'test.db')
  const options = {
    file,
    migrations: accessMigrations,
    clock: systemClock,
    log: silentLog,
  }
  const store = owned.use(await openSqliteStore(options))
  credentials = new Credentials(store, new SecretBox(Buffer.alloc(32, 1)), systemClock)
  root = await credentials.ensureRootCredential(account)
  // The port is declared in access and implemented in wire, which do not know each other: this line is the check.
  const signatures: Signatures = createSigV4()
  const authenticator = new VerifyingAuthenticator(signatures, credentials, systemClock)
  server = createServer((request, response) => {
    void handle(request, authenticator).then((result) => {
      seen = result
      response.statusCode = result.code === '' ? 200 : 403
      if (result.code !== '') response.setHeader('x-amzn-errortype', result.code)
      response.end(answers[result.service] ?? '')
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  owned.defer(() => {
    server.close()
    server.closeAllConnections()
  })
})

after(() => owned.disposeAsync())

const answers: Readonly<Record<string, string>> = {
  lambda: '{}',
  logs: '{}',
  sqs: '{}',
  sts: '<GetCallerIdentityResponse><GetCallerIdentityResult/></GetCallerIdentityResponse>',
  ec2: '<DescribeInstancesResponse/>',
}

async function handle(
  message: IncomingMessage,
  authenticator: VerifyingAuthenticator,
): Promise<Seen> {
  const [path = '', query = ''] = (message.url ?? '').split('?')
  const head = { method: message.method ?? '', path, query, headers: message.headers }
  const scope = decodeURIComponent(message.headers.authorization ?? query)
  const service = /(\w+)\/aws4_request/.exec(scope)?.[1] ?? ''
  const contentSha256 = String(message.headers['x-amz-content-sha256'])
  try {
    const target = targets[service]
    assert.ok(target, `a client for ${service}`)
    if (service === 's3') {
      // As the gateway would: the head is verified first, the body while it is read.
      const { principal, region, chunkSigning } = await authenticator.authenticate(head, target)
      const payload = openPayload(message, head.headers, { signing: chunkSigning, bytesMax: 1e6 })
      const body = await readAll(payload)
      return { service, code: '', arn: principal.arn, region, body, contentSha256 }
    }
    const body = await readAll(message)
    const request = { ...head, body: Buffer.from(body) }
    const { principal, region } = await authenticator.authenticate(request, target)
    return { service, code: '', arn: principal.arn, region, body, contentSha256 }
  } catch (error) {
    const code = error instanceof ServiceError ? error.code : String(error)
    message.resume()
    return { service, code, arn: '', region: '', body: '', contentSha256 }
  }
}

async function readAll(source: AsyncIterable<Uint8Array>): Promise<string> {
  const pieces: Uint8Array[] = []
  for await (const piece of source) pieces.push(piece)
  return Buffer.concat(pieces).toString()
}

function settings(key: ClientSettings['credentials'] = root): ClientSettings {
  const { port } = server.address() as AddressInfo
  return {
    endpoint: `http://127.0.0.1:${port}`,
    region: 'eu-west-1',
    maxAttempts: 1,
    credentials: key,
  }
}

function s3Settings(key: ClientSettings['credentials'] = root) {
  return { ...settings(key), forcePathStyle: true }
}

/** Large enough to come in several chunks, in text that is easy to compare. */
const large = 'lambdad '.repeat(20_000)

const clients: Readonly<Record<string, (config: ClientSettings) => Promise<unknown>>> = {
  'lambda Invoke': (config) =>
    new LambdaClient(config).send(
      new InvokeCommand({
        FunctionName: 'f:live',
        Qualifier: 'PROD',
        Payload: Buffer.from('{"a":1}'),
      }),
    ),
  'lambda GetFunction by ARN': (config) =>
    new LambdaClient(config).send(
      new GetFunctionCommand({ FunctionName: `arn:aws:lambda:eu-west-1:${account}:function:f` }),
    ),
  'logs DescribeLogGroups': (config) =>
    new CloudWatchLogsClient(config).send(new DescribeLogGroupsCommand({ limit: 1 })),
  'sqs SendMessage': (config) =>
    new SQSClient({ ...config, md5: false }).send(
      new SendMessageCommand({ QueueUrl: `${config.endpoint}/${account}/q`, MessageBody: 'hé ☃' }),
    ),
  'sts GetCallerIdentity': (config) => new STSClient(config).send(new GetCallerIdentityCommand({})),
  'ec2 DescribeInstances': (config) => new EC2Client(config).send(new DescribeInstancesCommand({})),
  's3 PutObject of bytes': (config) =>
    new S3Client({ ...config, forcePathStyle: true }).send(
      new PutObjectCommand({ Bucket: 'b', Key: "a key/with (all) sorts+of='$&", Body: 'bytes' }),
    ),
  's3 PutObject of a stream': (config) =>
    new S3Client({ ...config, forcePathStyle: true }).send(
      new PutObjectCommand({
        Bucket: 'b',
        Key: 'k',
        Body: chunksOf(large),
        ContentLength: large.length,
      }),
    ),
  's3 GetObject with metadata': (config) =>
    new S3Client({ ...config, forcePathStyle: true }).send(
      new GetObjectCommand({ Bucket: 'b', Key: 'k', VersionId: 'a/b+c', Range: 'bytes=0-9' }),
    ),
}

function chunksOf(text: string): Readable {
  return Readable.from(text.match(/.{1,30000}/gs) ?? []).map((piece: string) => Buffer.from(piece))
}

for (const [name, call] of Object.entries(clients)) {
  const service = name.split(' ')[0] as string
  test(`takes what the SDK signs: ${name}`, async () => {
    await call(settings())
    assert.equal(seen?.code, '')
    assert.equal(seen.service, service)
    assert.equal(seen.arn, rootOf(account).principalArn)
    assert.equal(seen.region, 'eu-west-1')
  })
  test(`takes it with a session token, and only with the right one: ${name}`, async () => {
    const key = await credentials.createTemporary(rootOf(account), 60_000)
    await call(settings(key))
    assert.equal(seen?.code, '')
    await assert.rejects(call(settings({ ...key, sessionToken: 'another' })))
    assert.match(
      seen.code,
      /^(UnrecognizedClientException|InvalidClientTokenId|AuthFailure|InvalidToken)$/,
    )
  })
  test(`refuses it with another secret: ${name}`, async () => {
    await assert.rejects(call(settings({ ...root, secretAccessKey: 'wrong' })))
    assert.match(
      seen?.code ?? '',
      /^(InvalidSignatureException|SignatureDoesNotMatch|AuthFailure)$/,
    )
  })
}

test("the SDK's streams come as aws-chunked with a checksum behind them", async () => {
  await clients['s3 PutObject of a stream']?.(settings())
  assert.equal(seen?.contentSha256, 'STREAMING-UNSIGNED-PAYLOAD-TRAILER')
  assert.equal(seen.body, large)
})

for (const algorithm of ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const) {
  test(`the SDK's ${algorithm} is ours`, async () => {
    const body = {
      Body: chunksOf(large),
      ContentLength: large.length,
      ChecksumAlgorithm: algorithm,
    }
    await new S3Client(s3Settings()).send(new PutObjectCommand({ Bucket: 'b', Key: 'k', ...body }))
    assert.equal(seen?.code, '')
    assert.equal(seen.body, large)
  })
}

test('takes presigned URLs of S3, for that object and method only', async () => {
  const client = new S3Client(s3Settings())
  const get = await getSignedUrl(client, new GetObjectCommand({ Bucket: 'b', Key: 'a b+c' }))
  assert.equal((await fetch(get)).status, 200)
  assert.equal((await fetch(get, { method: 'DELETE' })).status, 403)
  assert.equal(seen?.code, 'SignatureDoesNotMatch')
  assert.equal((await fetch(get.replace('a%20b', 'a%20c'))).status, 403)
  const put = await getSignedUrl(client, new PutObjectCommand({ Bucket: 'b', Key: 'k' }), {
    expiresIn: 604_800,
  })
  assert.equal((await fetch(put, { method: 'PUT', body: 'bytes' })).status, 200)
  assert.equal(seen?.body, 'bytes')
  const longer = put.replace('X-Amz-Expires=604800', 'X-Amz-Expires=604801')
  assert.equal((await fetch(longer, { method: 'PUT', body: 'bytes' })).status, 403)
  assert.equal(seen?.code, 'AuthorizationQueryParametersError')
})

test('a deleted key opens nothing', async () => {
  const key = await credentials.create(rootOf(account))
  const identity = (): Promise<unknown> =>
    new STSClient(settings(key)).send(new GetCallerIdentityCommand({}))
  await identity()
  await credentials.delete(key.accessKeyId)
  await assert.rejects(identity())
  assert.equal(seen?.code, 'InvalidClientTokenId')
})

const python = `
import json, os, sys, urllib.request, boto3
from botocore.config import Config
def client(name, **more):
    config = Config(retries={'total_max_attempts': 1}, s3={'addressing_style': 'path'}, **more)
    return boto3.client(name, endpoint_url=sys.argv[1], region_name='eu-west-1', config=config)
s3 = client('s3', signature_version='s3v4')
sqs_url = sys.argv[1] + '/123456789012/q'
calls = {
    'lambda': lambda: client('lambda').invoke(FunctionName='f:live', Payload=b'{}'),
    'sqs': lambda: client('sqs').get_queue_attributes(QueueUrl=sqs_url, AttributeNames=['All']),
    'sts': lambda: client('sts').get_caller_identity(),
    's3-put': lambda: s3.put_object(Bucket='b', Key='a key/with (all) sorts+of', Body=b'bytes'),
    's3-url': lambda: urllib.request.urlopen(s3.generate_presigned_url('get_object', {'Bucket': 'b', 'Key': 'a b'})),
    'sts-url': lambda: urllib.request.urlopen(client('sts').generate_presigned_url('get_caller_identity', HttpMethod='GET')),
}
results = {}
for name, call in calls.items():
    try:
        call()
        results[name] = 200
    except Exception as error:
        response = getattr(error, 'response', None)
        results[name] = response['ResponseMetadata']['HTTPStatusCode'] if response else getattr(error, 'code', str(error))
print(json.dumps(results))
`
// Set by `npm test`, which keeps a boto3 of its own; elsewhere the system's may do.
const pythonProgram = process.env['LAMBDAD_TEST_PYTHON'] || 'python3'
const hasBoto3 = spawnSync(pythonProgram, ['-c', 'import boto3']).status === 0
const skip = hasBoto3 ? false : `${pythonProgram} has no boto3`

async function callFromPython(
  key: ClientSettings['credentials'],
): Promise<Record<string, unknown>> {
  const env = {
    PATH: process.env['PATH'],
    NO_PROXY: '*',
    AWS_ACCESS_KEY_ID: key.accessKeyId,
    AWS_SECRET_ACCESS_KEY: key.secretAccessKey,
    ...(key.sessionToken === undefined ? {} : { AWS_SESSION_TOKEN: key.sessionToken }),
  }
  const child = spawn(pythonProgram, ['-c', python, settings().endpoint], {
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const output = await readAll(child.stdout)
  return JSON.parse(output) as Record<string, unknown>
}

const everywhere = (status: number) =>
  Object.fromEntries(
    ['lambda', 'sqs', 'sts', 's3-put', 's3-url', 'sts-url'].map((name) => [name, status]),
  )

test('takes what boto3 signs, in headers and in URLs', { skip }, async () => {
  assert.deepEqual(await callFromPython(root), everywhere(200))
  const temporary = await credentials.createTemporary(rootOf(account), 60_000)
  assert.deepEqual(await callFromPython(temporary), everywhere(200))
})

test('refuses what boto3 signs with another secret', { skip }, async () => {
  assert.deepEqual(await callFromPython({ ...root, secretAccessKey: 'wrong' }), everywhere(403))
})
