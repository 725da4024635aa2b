/**
 * The life of a function as the AWS SDKs for Java and for Go live it: java/Chain.java and go/, programs that walk the
 * same steps, each against a server of its own, and are held to the same expectations. The server lets nobody in who
 * does not sign, and the programs find it as any program finds AWS: by its environment and the credentials file.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import path from 'node:path'
import { before, describe, test } from 'node:test'
import { promisify } from 'node:util'
import { noSandboxes, startTestServer } from '../kit/server.ts'

/** Programs, set by tools/in-toolchain; empty when there is none. */
const clients = {
  Java: process.env['LAMBDAD_TEST_JAVA_CLIENT'] ?? '',
  Go: process.env['LAMBDAD_TEST_GO_CLIENT'] ?? '',
}

const account = '000000000000'
const region = 'eu-north-1'
const lambdaArn = `arn:aws:lambda:${region}:${account}`
const functionArn = `${lambdaArn}:function:greeter`

const functions = `
const greeting = require('greeting')
exports.handler = async ({ name }) => {
  console.log('greeting', name)
  if (!name) throw new TypeError('nobody to greet')
  return \`\${greeting}, \${name}\${process.env.MARK ?? ''}\`
}
exports.stream = awslambda.streamifyResponse(async ({ fail }, stream) => {
  stream.write('one ')
  await new Promise((resolve) => setTimeout(resolve, 50))
  if (fail) throw new RangeError('no more')
  stream.end('two')
})
`
const layer = `module.exports = 'Hello'`

/** What a program prints, by step; spelled out where a test takes it apart. */
interface Seen {
  readonly caller: object
  readonly role: { readonly created: string }
  readonly layer: object
  readonly create: object
  readonly invoke: {
    readonly log: string
    readonly failed: { readonly error: string; readonly payload: { readonly trace: unknown } }
    readonly malformed: string
  }
  readonly update: { readonly stale: string }
  readonly versions: object
  readonly alias: object
  readonly permission: object
  readonly url: { readonly url: string; readonly deleted: string }
  readonly tags: object
  readonly stream: { readonly whole: Streamed; readonly broken: Streamed; readonly unknown: string }
  readonly lists: object
  readonly logs: { readonly messages: object; readonly sizes: number[]; readonly missing: string }
  readonly end: object
}

interface Streamed {
  readonly text: string
  readonly error: string | null
  readonly details?: { readonly errorType: string; readonly errorMessage: string }
  readonly log: string
}

async function walk(client: string): Promise<Seen> {
  await using server = await startTestServer({ args: ['--auth=on'] })
  const env = {
    PATH: process.env['PATH'],
    // Nothing of the user's own AWS settings gets in.
    HOME: '/nonexistent',
    AWS_CONFIG_FILE: '/nonexistent/config',
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SHARED_CREDENTIALS_FILE: path.join(server.dataDirectory, 'credentials'),
    AWS_ENDPOINT_URL: server.url,
    AWS_REGION: region,
    NO_PROXY: '*',
  }
  const { stdout } = await promisify(execFile)(client, [functions, layer], {
    env,
    timeout: 100_000,
    killSignal: 'SIGKILL',
  }).catch(({ stderr, code }) => assert.fail(`exit code ${code}: ${stderr}`))
  const lines = stdout.trimEnd().split('\n')
  return Object.fromEntries(
    lines.map((line) => JSON.parse(line)).map(({ step, saw }) => [step, saw]),
  )
}

for (const [language, client] of Object.entries(clients)) {
  const noClient =
    client === '' ? `there is no client in ${language}; npm test makes it where it can` : undefined
  const skip = noSandboxes ?? noClient ?? false

  describe(`the AWS SDK for ${language}`, { skip }, () => {
    let saw: Seen

    before(async () => {
      saw = await walk(client)
    })

    test('signs what the server takes', () => {
      const arn = `arn:aws:iam::${account}:root`
      assert.deepEqual(saw.caller, { account, arn, userId: account })
    })

    test('makes a role, and knows the error when it is there', () => {
      const { created, ...role } = saw.role
      assert.match(created, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/)
      assert.deepEqual(role, {
        arn: `arn:aws:iam::${account}:role/greeter-role`,
        again: 'EntityAlreadyExistsException: Role with name greeter-role already exists.',
      })
    })

    test('makes a layer and a function, and waits until it is active', () => {
      const arn = `${lambdaArn}:layer:greeting:1`
      const runtimes = ['nodejs24.x']
      const names = ['greeting']
      assert.deepEqual(saw.layer, { arn, version: 1, runtimes, isWhole: true, names })
      assert.deepEqual(saw.create, {
        arn: functionArn,
        states: ['Pending', 'Active'],
        isWhole: true,
        layers: [arn],
        again: 'ResourceConflictException: Function already exist: greeter',
      })
    })

    test('invokes it: answer, log, errors', () => {
      const { log, failed, malformed, ...answer } = saw.invoke
      assert.deepEqual(answer, {
        status: 200,
        version: '$LATEST',
        error: null,
        payload: 'Hello, world',
      })
      assert.match(
        log,
        /^START RequestId: .*\n.*\tINFO\tgreeting world\nEND RequestId: .*\nREPORT /,
      )
      const { trace, ...payload } = failed.payload
      assert.ok(Array.isArray(trace))
      assert.deepEqual(
        { error: failed.error, payload },
        {
          error: 'Unhandled',
          payload: { errorType: 'TypeError', errorMessage: 'nobody to greet' },
        },
      )
      assert.match(
        malformed,
        /^InvalidRequestContentException: Could not parse request body into json: /,
      )
    })

    test('changes it, and waits until it has changed', () => {
      const { stale, ...update } = saw.update
      assert.deepEqual(update, {
        statuses: ['InProgress', 'Successful'],
        timeout: 9,
        payload: 'Hello, world!',
      })
      assert.match(
        stale,
        /^PreconditionFailedException: The Revision Id provided does not match the latest Revision Id\./,
      )
    })

    test('publishes versions, and names them by an alias', () => {
      const published = ['1', '2']
      assert.deepEqual(saw.versions, { published, pages: [['$LATEST', '1'], ['2']] })
      assert.deepEqual(saw.alias, {
        arn: `${functionArn}:live`,
        version: '2',
        weights: { 1: 0.25 },
        executed: '1',
        payload: 'Hello, world!',
      })
    })

    test('lets others in by its policy', () => {
      const statement = {
        Sid: 'rule',
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'lambda:InvokeFunction',
        Resource: functionArn,
      }
      assert.deepEqual(saw.permission, {
        statement,
        policy: { Version: '2012-10-17', Id: 'default', Statement: [statement] },
        removed: 'ResourceNotFoundException: The resource you requested does not exist.',
      })
    })

    test('gives it a URL and tags', () => {
      const { url, deleted, ...config } = saw.url
      assert.match(url, /^https?:\/\/[a-z0-9]+\.lambda-url\./)
      assert.match(deleted, /^ResourceNotFoundException: /)
      const origins = ['https://example.com']
      assert.deepEqual(config, { auth: 'AWS_IAM', mode: 'BUFFERED', origins, maxAge: 60 })
      assert.deepEqual(saw.tags, { left: { owner: 'me @ home' } })
    })

    test('reads a streamed answer', () => {
      const { whole, broken, unknown } = saw.stream
      const head = { status: 200, version: '$LATEST' }
      const { log, ...rest } = whole
      assert.deepEqual(rest, { ...head, text: 'one two', error: null })
      assert.match(log, /^START RequestId: [\s\S]*\nREPORT RequestId: /)
      assert.deepEqual([broken.text, broken.error], ['one ', 'Unhandled'])
      const { errorType, errorMessage } = broken.details ?? {}
      assert.deepEqual([errorType, errorMessage], ['RangeError', 'no more'])
      const missing = `${lambdaArn}:function:nobody`
      assert.equal(unknown, `ResourceNotFoundException: Function not found: ${missing}`)
    })

    test('turns pages: functions and log events', () => {
      assert.deepEqual(saw.lists, { pages: [['greeter'], ['streamer']] })
      const { messages, sizes, missing } = saw.logs
      assert.deepEqual(
        messages,
        Array.from({ length: 3 }, () => 'greeting world'),
      )
      assert.ok(sizes.length > 1 && sizes.every((size: number) => size <= 2), String(sizes))
      assert.equal(missing, 'ResourceNotFoundException: The specified log group does not exist.')
    })

    test('leaves nothing behind', () => {
      assert.deepEqual(saw.end, {
        function: `ResourceNotFoundException: Function not found: ${functionArn}`,
        role: 'NoSuchEntityException: The role with name greeter-role cannot be found.',
      })
    })
  })
}
