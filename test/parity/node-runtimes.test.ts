/**
 * What a handler may look like and what it sees of the world, on each Node.js runtime, in a real sandbox:
 * forms of handlers, environment variables, the context object, the file system.
 */
import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import type { Runtime } from '@aws-sdk/client-lambda'
import { type Invoked, clientsOf, deploy, invoke } from '../kit/deploy.ts'
import { type TestServer, noSandboxes, startTestServer } from '../kit/server.ts'

const skip = noSandboxes ?? false
const runtimes = ['nodejs20.x', 'nodejs22.x', 'nodejs24.x'] as const

/** One package for all; functions differ in their handlers. */
const files = {
  'commonjs.js': "exports.handler = async (event) => ({ form: 'commonjs', event })",
  'sync.js': "exports.handler = (event) => ({ form: 'sync', event })",
  'module.mjs': "export const handler = async (event) => ({ form: 'module', event })",
  'typed/package.json': '{"type":"module"}',
  'typed/index.js':
    "import { basename } from 'node:path'\nexport const handler = async (event) => ({ form: basename('/a/typed'), event })",
  'lib/app.js': "exports.api = { users: { get: async (event) => ({ form: 'nested', event }) } }",
  'waiting.mjs':
    "const form = await new Promise((resolve) => setTimeout(resolve, 5, 'top-level await'))\nexport const handler = async (event) => ({ form, event })",
  'callback.js':
    "exports.handler = (event, context, callback) => { setTimeout(callback, 5, null, { form: 'callback', event }) }",
  'done.js':
    "exports.handler = (event, context) => { context.succeed({ form: 'succeed', event }) }",
  'stream.js': `exports.handler = awslambda.streamifyResponse(async (event, stream) => {
    stream.setContentType('application/json')
    stream.write('{"form":"stream",')
    stream.write('"event":' + JSON.stringify(event))
    stream.end('}')
  })`,
  'look.js': `
    const fs = require('node:fs')
    const trial = (work) => { try { work(); return 'ok' } catch (error) { return error.code } }
    exports.handler = async (event, context) => {
      switch (event.look) {
        case 'env': return process.env
        case 'context': {
          const { clientContext, getRemainingTimeInMillis, ...rest } = context
          return { ...rest, clientContext, remaining: context.getRemainingTimeInMillis() }
        }
        case 'write': {
          const result = {}
          for (const file of event.files) result[file] = trial(() => fs.writeFileSync(file, 'x'))
          return result
        }
        case 'exist': return event.files.filter((file) => fs.existsSync(file))
        case 'self': return {
          cwd: process.cwd(), uid: process.getuid(), gid: process.getgid(),
          user: require('node:os').userInfo().username, version: process.version,
          processes: fs.readdirSync('/proc').filter((name) => /^\\d+$/.test(name)).length,
          interfaces: Object.keys(require('node:os').networkInterfaces()),
          open: fs.readFileSync('/proc/self/limits', 'utf8').match(/Max open files +(\\d+)/)[1],
        }
        case 'log': console.log('one'); console.error('two %d', 2); console.log('three\\nlines\\nhere'); process.stdout.write('raw\\n'); return null
      }
    }`,
}

const handlers = {
  commonjs: 'commonjs.handler',
  sync: 'sync.handler',
  module: 'module.handler',
  typed: 'typed/index.handler',
  nested: 'lib/app.api.users.get',
  'top-level await': 'waiting.handler',
  callback: 'callback.handler',
  succeed: 'done.handler',
  stream: 'stream.handler',
}

let server: TestServer

before(async () => {
  if (skip) return
  server = await startTestServer({ env: { LAMBDAD_TEST_SECRET: 'of the host' } })
  const { lambda } = clientsOf(server.url)
  const deployments = runtimes.flatMap((Runtime) => [
    ...Object.entries(handlers).map(([form, Handler]) =>
      deploy(lambda, { FunctionName: name(Runtime, form), Runtime, Handler, files }),
    ),
    deploy(lambda, {
      FunctionName: name(Runtime, 'look'),
      Runtime,
      Handler: 'look.handler',
      MemorySize: 256,
      Timeout: 7,
      Environment: { Variables: { GREETING: 'hé $HOME', LANG: 'C', PATH: '/mine' } },
      files,
    }),
  ])
  await Promise.all(deployments)
})

after(() => server?.[Symbol.asyncDispose]())

function name(runtime: Runtime, form: string): string {
  return `${runtime}-${form}`.replace(/\W/g, '-')
}

function resultOf(invoked: Invoked): unknown {
  assert.equal(invoked.error, null, invoked.text)
  return JSON.parse(invoked.text)
}

for (const runtime of runtimes) {
  describe(runtime, { skip }, () => {
    const major = runtime.slice('nodejs'.length, -'.x'.length)
    const event = { text: 'ünï ☃', list: [1, { two: null }] }
    const look = async (what: object, headers = {}): Promise<unknown> =>
      resultOf(await invoke(server.url, name(runtime, 'look'), what, headers))

    for (const form of Object.keys(handlers)) {
      const removed = runtime === 'nodejs24.x' && (form === 'callback' || form === 'succeed')
      if (removed) continue
      test(`a handler: ${form}`, async () => {
        const invoked = await invoke(server.url, name(runtime, form), event)
        if (form === 'sync' && major !== '24') {
          // Before nodejs24.x what is returned without a promise is not the result.
          assert.equal(resultOf(invoked), null)
          return
        }
        assert.deepEqual(resultOf(invoked), { form, event })
        // The second event meets the same environment.
        const again = await invoke(server.url, name(runtime, form), 1)
        assert.deepEqual(resultOf(again), { form, event: 1 })
        assert.doesNotMatch(again.log.join(), /Init Duration/)
      })
    }

    test('callbacks are gone from nodejs24.x', { skip: major !== '24' }, async () => {
      const invoked = await invoke(server.url, name(runtime, 'callback'), event)
      assert.equal(invoked.error, 'Unhandled')
      const { errorType, errorMessage } = JSON.parse(invoked.text)
      assert.equal(errorType, 'Runtime.CallbackHandlerDeprecated')
      assert.match(errorMessage, /^ERROR: AWS Lambda has removed support for callback-based/)
      // There is no `context.succeed` either.
      const done = await invoke(server.url, name(runtime, 'succeed'), event)
      assert.match(
        done.text,
        /^\{"errorType":"TypeError","errorMessage":"context\.succeed is not a/,
      )
    })

    test('its environment variables, and nothing of the host', async () => {
      const env = (await look({ look: 'env' })) as Record<string, string>
      const { AWS_LAMBDA_LOG_STREAM_NAME, _X_AMZN_TRACE_ID, ...others } = env
      const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, ...rest } = others
      assert.match(AWS_ACCESS_KEY_ID ?? '', /^ASIA[A-Z2-7]{16}$/)
      assert.match(AWS_SECRET_ACCESS_KEY ?? '', /^\S{40}$/)
      assert.match(AWS_SESSION_TOKEN ?? '', /^\S{100,}$/)
      assert.match(
        AWS_LAMBDA_LOG_STREAM_NAME ?? '',
        /^\d{4}\/\d\d\/\d\d\/\[\$LATEST\][0-9a-f]{32}$/,
      )
      assert.match(_X_AMZN_TRACE_ID ?? '', /^Root=1-[0-9a-f]{8}-[0-9a-f]{24};.*Sampled=0/)
      assert.deepEqual(rest, {
        GREETING: 'hé $HOME',
        AWS_ENDPOINT_URL: 'http://127.0.0.1:4566',
        LANG: 'C',
        PATH: '/mine',
        LD_LIBRARY_PATH:
          '/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib',
        TZ: ':UTC',
        HOME: '/home/sbx_user1051',
        NODE_PATH: `/opt/nodejs/node${major}/node_modules:/opt/nodejs/node_modules:/var/runtime/node_modules:/var/runtime:/var/task`,
        AWS_XRAY_CONTEXT_MISSING: 'LOG_ERROR',
        AWS_XRAY_DAEMON_ADDRESS: '169.254.79.129:2000',
        AWS_LAMBDA_LOG_FORMAT: 'Text',
        _HANDLER: 'look.handler',
        AWS_REGION: 'us-east-1',
        AWS_DEFAULT_REGION: 'us-east-1',
        AWS_EXECUTION_ENV: `AWS_Lambda_${runtime}`,
        AWS_LAMBDA_FUNCTION_NAME: name(runtime, 'look'),
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256',
        AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
        AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
        AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${name(runtime, 'look')}`,
        AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001',
        LAMBDA_TASK_ROOT: '/var/task',
        LAMBDA_RUNTIME_DIR: '/var/runtime',
      })
    })

    test('its context', async () => {
      const client = { client: { app_title: 'test' }, custom: { a: 'b' }, env: {} }
      const clientContext = Buffer.from(JSON.stringify(client)).toString('base64')
      const requestId = '0a1b2c3d-0000-4000-8000-123456789abc'
      const context = (await look(
        { look: 'context' },
        { 'x-amz-client-context': clientContext, 'x-amzn-requestid': requestId },
      )) as Record<string, unknown>
      const { remaining, logStreamName, callbackWaitsForEmptyEventLoop, xRayTraceId, ...rest } =
        context
      assert.ok(Number(remaining) > 0 && Number(remaining) <= 7000, String(remaining))
      assert.match(String(logStreamName), /\[\$LATEST\]/)
      assert.equal(callbackWaitsForEmptyEventLoop, major === '24' ? undefined : true)
      assert.equal(xRayTraceId !== undefined, major === '24')
      assert.deepEqual(rest, {
        clientContext: client,
        functionName: name(runtime, 'look'),
        functionVersion: '$LATEST',
        memoryLimitInMB: '256',
        logGroupName: `/aws/lambda/${name(runtime, 'look')}`,
        invokedFunctionArn: `arn:aws:lambda:us-east-1:000000000000:function:${name(runtime, 'look')}`,
        awsRequestId: requestId,
      })
    })

    test('only /tmp takes files', async () => {
      const readOnly = [
        '/var/task/x',
        '/var/runtime/x',
        '/var/lang/x',
        '/usr/bin/x',
        '/etc/x',
        '/x',
      ]
      const written = await look({ look: 'write', files: ['/tmp/x', ...readOnly, '/dev/x'] })
      assert.deepEqual(written, {
        '/tmp/x': 'ok',
        ...Object.fromEntries(readOnly.map((file) => [file, 'EROFS'])),
        '/dev/x': 'EACCES',
      })
    })

    test('what it is, and what it does not see', async () => {
      const { version, ...self } = (await look({ look: 'self' })) as Record<string, unknown>
      assert.match(String(version), new RegExp(`^v${major}\\.`))
      assert.deepEqual(self, {
        cwd: '/var/task',
        uid: 993,
        gid: 990,
        user: 'sbx_user1051',
        processes: 1,
        interfaces: ['lo', 'eth0'],
        open: '1024',
      })
      const ofHost = [server.dataDirectory, '/root', '/run', '/sys', '/etc/shadow', '/proc/kcore/x']
      assert.deepEqual(await look({ look: 'exist', files: ofHost }), [])
    })

    test('its console, as the log has it', async () => {
      const { log, requestId } = await invoke(server.url, name(runtime, 'look'), { look: 'log' })
      const start = log.indexOf(`START RequestId: ${requestId} Version: $LATEST`)
      const end = log.indexOf(`END RequestId: ${requestId}`)
      const lines = log
        .slice(start + 1, end)
        .map((line) => line.replace(/^[\d-]+T[\d:.]+Z/, '<time>'))
      assert.deepEqual(lines, [
        `<time>\t${requestId}\tINFO\tone`,
        `<time>\t${requestId}\tERROR\ttwo 2`,
        `<time>\t${requestId}\tINFO\tthree`,
        'lines',
        'here',
        'raw',
      ])
    })
  })
}
