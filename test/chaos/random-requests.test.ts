/**
 * Random requests against everything that is served: every answer has a status, and an error the form of its
 * protocol; none is a bug's. Not isolation: functions are made, but nothing runs.
 */
import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import { after, before, describe, it } from 'node:test'
import fc from '../kit/fast-check.ts'
import {
  Credentials,
  OpenAuthenticator,
  SameAccountAuthorizer,
  SecretBox,
  accessMigrations,
} from '../../src/access/index.ts'
import { type Gateway, startGateway } from '../../src/gateway/gateway.ts'
import { type Answered, type Asked, ask } from '../../src/gateway/test-support.ts'
import { systemClock } from '../../src/kernel/clock.ts'
import { Lifecycle } from '../../src/kernel/lifecycle.ts'
import { type Log, silentLog } from '../../src/kernel/log.ts'
import type { Invoker, RuntimeProvider } from '../../src/kernel/ports.ts'
import { migrations as iam, lateRoles } from '../../src/services/iam/index.ts'
import { createIamService } from '../../src/services/iam/service.ts'
import { createLambdaService, migrations as lambda } from '../../src/services/lambda/index.ts'
import { createLogsService, migrations as logs } from '../../src/services/logs/index.ts'
import { createStsService } from '../../src/services/sts/service.ts'
import { openFileBlobs } from '../../src/store/blobs/file-blobs.ts'
import { openMasterKey } from '../../src/store/master-key.ts'
import { openSqliteStore } from '../../src/store/sqlite/sqlite-store.ts'
import { createSigV4 } from '../../src/wire/sigv4/index.ts'
import { zip } from '../kit/zip.ts'

const lifecycle = new Lifecycle()
const logged: string[] = []
let gateway: Gateway
let operations: Readonly<Record<string, readonly string[]>>

/** Answers every invocation with its payload. */
const invoker: Invoker = {
  invoke: async (_version, { payload }) => ({
    payload,
    functionError: undefined,
    logTail: undefined,
  }),
  prepare: async () => undefined,
  provision: () => undefined,
  provisioned: () => ({ wanted: 0, allocated: 0, failure: undefined }),
  reserve: () => undefined,
  retire: () => undefined,
}
const runtimes: RuntimeProvider = {
  identifiers: ['nodejs24.x'],
  versionHash: () => undefined,
  whyMissing: () => undefined,
  prepare: () => Promise.reject(new Error('nothing runs here')),
}

before(async () => {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'lambdad-random-'))
  lifecycle.onEnd(() => rm(directory, { recursive: true }))
  const key = await openMasterKey(path.join(directory, 'key'), 'create')
  await mkdir(path.join(directory, 'blobs'))
  const blobs = await openFileBlobs(path.join(directory, 'blobs'), key)
  const note = (fields: object, message: string): void => {
    logged.push(`${message} ${JSON.stringify(fields)}`)
  }
  const log: Log = { ...silentLog, error: note, child: () => log }
  const clock = systemClock
  const migrations = [...accessMigrations, ...iam, ...lambda, ...logs]
  const file = path.join(directory, 'lambdad.db')
  const store = lifecycle.own(await openSqliteStore({ file, migrations, clock, log }))
  const logsService = lifecycle.own(createLogsService({ store, clock, log }))
  const lambdaService = lifecycle.own(
    createLambdaService({ store, blobs, invoker, runtimes, clock, log }),
  )
  const credentials = new Credentials(store, new SecretBox(key.derive('lambdad access')), clock)
  const iamService = createIamService({ store, clock, credentials })
  const stsService = createStsService({ credentials, roles: lateRoles(store), clock })
  gateway = lifecycle.own(
    await startGateway({
      host: '127.0.0.1',
      port: 0,
      clock,
      log,
      services: [lambdaService, logsService, iamService, stsService],
      routes: lambdaService.routes,
      authenticator: new OpenAuthenticator(createSigV4(), credentials),
      authorizer: new SameAccountAuthorizer(),
    }),
  )
  operations = {
    logs: Object.keys((await logsService.load()).operations),
    iam: Object.keys(iamService.operations),
  }
})
after(() => lifecycle[Symbol.asyncDispose]())

/** What members are called, so that random input gets further than the first check. */
const memberNames = [
  'FunctionName',
  'Runtime',
  'Role',
  'Handler',
  'Code',
  'ZipFile',
  'Timeout',
  'MemorySize',
  'Environment',
  'Variables',
  'Tags',
  'Architectures',
  'RevisionId',
  'Publish',
  'DryRun',
  'LoggingConfig',
  'EphemeralStorage',
  'logGroupName',
  'logStreamName',
  'logGroupIdentifier',
  'logEvents',
  'timestamp',
  'message',
  'nextToken',
  'limit',
  'startTime',
  'filterPattern',
  'orderBy',
  'RoleName',
  'AssumeRolePolicyDocument',
  'PolicyName',
  'PolicyDocument',
  'PolicyArn',
  'Marker',
  'MaxItems',
  'Path',
  'PathPrefix',
  '__proto__',
  'constructor',
] as const

const scalar = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    'f',
    'nodejs24.x',
    'index.handler',
    'arn:aws:iam::000000000000:role/r',
    '$LATEST',
    '/g',
    '{}',
    '[',
    '',
  ),
  fc.double(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.boolean(),
  fc.constant(null),
)
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    scalar,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.constantFrom(...memberNames), tie('value'), { maxKeys: 6 }),
  ),
}))
const members = fc.dictionary(fc.constantFrom(...memberNames), value, { maxKeys: 8 })
const jsonText = fc.oneof(
  { weight: 4, arbitrary: members.map((each) => JSON.stringify(each)) },
  { weight: 1, arbitrary: fc.string({ unit: 'binary' }) },
)
/** What an HTTP client lets through. */
const headerText = fc.string({
  unit: fc.integer({ min: 32, max: 126 }).map((code) => String.fromCharCode(code)),
})
const odd = fc.dictionary(
  fc.constantFrom(
    'X-Amz-Log-Type',
    'X-Amz-Invocation-Type',
    'X-Amz-Client-Context',
    'X-Amz-Date',
    'Authorization',
    'X-Amz-Target',
    'Content-Type',
    'Content-Encoding',
    'Accept',
    'X-Amz-Content-Sha256',
    'Smithy-Protocol',
    'X-Amzn-Trace-Id',
    'X-Forwarded-For',
  ),
  headerText,
  { maxKeys: 2 },
)
const segment = fc.oneof(
  fc.constantFrom(
    'functions',
    'f',
    'g',
    'code',
    'configuration',
    'invocations',
    'versions',
    'policy',
    '%zz',
    '..',
    '%2e%2e',
    '',
    'arn%3Aaws%3Alambda%3Aus-east-1%3A000000000000%3Afunction%3Af',
    '%00',
    '_lambdad',
  ),
  fc
    .string({ unit: 'grapheme', maxLength: 20 })
    .map((text) => encodeURIComponent(text.toWellFormed())),
)
const query = fc
  .array(
    fc.tuple(
      fc.constantFrom('Qualifier', 'Marker', 'MaxItems', 'FunctionVersion', 'X'),
      headerText,
    ),
  )
  .map((pairs) => pairs.map(([name, text]) => `${name}=${encodeURIComponent(text)}`).join('&'))
const method = fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'HEAD')

const restRequest: fc.Arbitrary<Asked> = fc
  .record({
    method,
    date: fc.constantFrom('2015-03-31', '2014-11-13', '2017-10-31', '_'),
    segments: fc.array(segment, { maxLength: 5 }),
    query,
    headers: odd,
    body: jsonText,
  })
  .map(({ method: verb, date, segments, query: asked, headers, body }) => ({
    method: verb,
    path: `/${[date, ...segments].join('/')}?${asked}`,
    headers,
    body,
  }))

const jsonRequest = (): fc.Arbitrary<Asked> =>
  fc
    .record({
      operation: fc.oneof(fc.constantFrom(...operations['logs']!), headerText),
      headers: odd,
      body: jsonText,
    })
    .map(({ operation, headers, body }) => ({
      method: 'POST',
      headers: {
        'Content-Type': 'application/x-amz-json-1.1',
        ...headers,
        'X-Amz-Target': `Logs_20140328.${operation}`,
      },
      body,
    }))

const queryRequest = (): fc.Arbitrary<Asked> =>
  fc
    .record({
      operation: fc.oneof(fc.constantFrom(...operations['iam']!), headerText),
      version: fc.constantFrom('2010-05-08', '2011-06-15', 'x'),
      parameters: fc.dictionary(
        fc.oneof(
          fc.constantFrom(
            ...memberNames,
            'Tags.member.1.Key',
            'Tags.member.0',
            'Tags.member.99999999.Value',
          ),
          fc.string(),
        ),
        scalar.map((each) => String(each).toWellFormed()),
        { maxKeys: 6 },
      ),
      tail: fc.constantFrom('', '&', '&%zz', '&=&==', '&a=%ff'),
    })
    .map(({ operation, version, parameters, tail }) => ({
      method: 'POST',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: `Action=${encodeURIComponent(operation)}&Version=${version}&${formOf(parameters)}${tail}`,
    }))

function formOf(parameters: Readonly<Record<string, string>>): string {
  const pairs = Object.entries(parameters).map(([name, text]) => [name.toWellFormed(), text])
  return new URLSearchParams(pairs).toString()
}

function check(asked: Asked, { status, headers, text }: Answered): void {
  const what = `${status} ${text.slice(0, 500)} to ${JSON.stringify(asked).slice(0, 1000)}\n${logged.join('\n')}`
  assert.ok(status >= 200 && status < 600 && status !== 500, what)
  assert.deepEqual(logged, [], what)
  assert.match(
    String(headers['x-amzn-requestid'] ?? headers['content-type']),
    /^[0-9a-f-]{36}$|^text/,
    what,
  )
  assert.doesNotMatch(text, /node:internal|\.ts:\d|TypeError|RangeError/, what)
  const type = headers['content-type'] ?? ''
  if (status < 300 || asked.method === 'HEAD' || type.startsWith('text/plain')) return
  if (type.includes('json'))
    assert.match(Object.keys(JSON.parse(text)).join(), /message|__type/i, what)
  else if (type.includes('xml')) assert.match(text, /<Error(Response)?[ >]/, what)
  else assert.match(type, /cbor/, what)
}

async function holds(requests: fc.Arbitrary<Asked>, numRuns: number): Promise<void> {
  const property = fc.asyncProperty(requests, async (asked) => {
    check(asked, await ask(gateway, asked))
  })
  await fc.assert(property, { numRuns })
}

describe('random requests', () => {
  before(async () => {
    const body = JSON.stringify({
      FunctionName: 'f',
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Role: 'arn:aws:iam::000000000000:role/r',
      Code: { ZipFile: Buffer.from(zip({ 'index.js': '' })).toString('base64') },
    })
    const { status, text } = await ask(gateway, {
      method: 'POST',
      path: '/2015-03-31/functions',
      body,
    })
    assert.equal(status, 201, text)
  })
  it('to Lambda', () => holds(restRequest, 1000))
  it('to CloudWatch Logs', () => holds(jsonRequest(), 700))
  it('to IAM and STS', () => holds(queryRequest(), 700))
  it('to nobody in particular', () =>
    holds(
      fc.record({
        method,
        path: fc
          .string({ unit: fc.constantFrom(...Array.from('/%.?&=aZ09_-~:@!$')) })
          .map((text) => `/${text}`),
        headers: odd,
        body: jsonText,
      }),
      500,
    ))
})
