/** Buffered invocations: results, errors, context. On every Node.js. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { majors, withFunction } from './test-kit.mjs'

const RESPONSE = /^\/2018-06-01\/runtime\/invocation\/[^/]+\/response$/
const ERROR = /^\/2018-06-01\/runtime\/invocation\/[^/]+\/error$/

/** An async handler with that body. */
const asyncHandler = (body) => `exports.handler = async (event, context) => { ${body} }`

for (const major of majors) {
  test(`node ${major}: an async handler's value is the response, many times over`, async () => {
    await withFunction(major, asyncHandler('return { n: event.n + 1 }'), async (bootstrap) => {
      for (let n = 0; n < 5; n++) {
        const answer = await bootstrap.invoke({ n }, {}, `request-${n}`)
        assert.equal(answer.path, `/2018-06-01/runtime/invocation/request-${n}/response`)
        assert.equal(answer.headers['content-type'], 'application/json')
        assert.equal(answer.text, `{"n":${n + 1}}`)
      }
    })
  })

  test(`node ${major}: the same over TCP`, async () => {
    await withFunction(
      major,
      asyncHandler('return event'),
      async (bootstrap) => {
        assert.equal((await bootstrap.invoke('"ä€😀"')).text, '"ä€😀"')
        assert.equal((await bootstrap.invoke('2')).text, '2')
      },
      { tcp: true },
    )
  })

  test(`node ${major}: over TCP to a server that closes after each answer`, async () => {
    await withFunction(
      major,
      asyncHandler('return event'),
      async (bootstrap) => {
        for (let n = 1; n < 4; n++) {
          assert.equal((await bootstrap.invoke(String(n))).text, String(n))
          // The request that came with the answer went down with its connection; it comes again.
          await bootstrap.ready(n * 2 + 1)
        }
      },
      {
        tcp: true,
        answer: () => 'HTTP/1.1 202 Accepted\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
      },
    )
  })

  test(`node ${major}: a chunked event, in pieces`, async () => {
    await withFunction(major, asyncHandler('return event.text.length'), async (bootstrap) => {
      await bootstrap.ready()
      const body = JSON.stringify({ text: 'x'.repeat(300_000) })
      bootstrap.socket.write(
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nLambda-Runtime-Aws-Request-Id: c\r\n\r\n',
      )
      for (let i = 0; i < body.length; i += 70_001) {
        const part = body.slice(i, i + 70_001)
        bootstrap.socket.write(`${part.length.toString(16)}\r\n${part}\r\n`)
      }
      bootstrap.socket.write('0\r\n\r\n')
      await bootstrap.until(() => bootstrap.posts.length === 1, 'the response')
      assert.equal(bootstrap.posts[0].text, '300000')
    })
  })

  test(`node ${major}: 6 MiB in and out`, async () => {
    await withFunction(major, asyncHandler('return event'), async (bootstrap) => {
      const body = JSON.stringify('ü'.repeat(3 * 1024 * 1024 - 1))
      const answer = await bootstrap.invoke(body)
      assert.equal(answer.body.length, 6 * 1024 * 1024)
      assert.equal(answer.text, body)
      assert.equal((await bootstrap.invoke('1')).text, '1')
    })
  })

  test(`node ${major}: the result and the request for the next event come in one write`, async () => {
    await withFunction(major, asyncHandler('return 1'), async (bootstrap) => {
      await bootstrap.ready()
      const chunks = []
      bootstrap.socket.on('data', (bytes) => chunks.push(bytes.toString()))
      await bootstrap.invoke('{}')
      assert.equal(chunks.length, 1)
      assert.match(
        chunks[0],
        /^POST [^]*GET \/2018-06-01\/runtime\/invocation\/next HTTP\/1\.1\r\n/,
      )
    })
  })

  test(`node ${major}: no value is null`, async () => {
    await withFunction(major, asyncHandler(''), async (bootstrap) => {
      assert.equal((await bootstrap.invoke('{}')).text, 'null')
    })
  })

  test(`node ${major}: a thenable is awaited`, async () => {
    const handler = `exports.handler = () => ({ then(ok) { ok(7); return Promise.resolve() } })`
    await withFunction(major, handler, async (bootstrap) => {
      assert.equal((await bootstrap.invoke('{}')).text, '7')
    })
  })

  test(`node ${major}: a value that a synchronous handler returns`, async () => {
    await withFunction(major, 'exports.handler = () => 5', async (bootstrap) => {
      // Before nodejs24.x only callbacks and promises count; the loop runs dry: null.
      assert.equal((await bootstrap.invoke('{}')).text, major === 24 ? '5' : 'null')
      assert.equal((await bootstrap.invoke('{}')).text, major === 24 ? '5' : 'null')
    })
  })

  test(`node ${major}: the context, complete and in AWS's order`, async () => {
    const handler = asyncHandler(
      'return { context, left: context.getRemainingTimeInMillis(), trace: process.env._X_AMZN_TRACE_ID, keys: Object.keys(context) }',
    )
    const clientContext = { client: { installation_id: 'i' }, custom: { grüße: '€' }, env: {} }
    await withFunction(major, handler, async (bootstrap) => {
      const full = await bootstrap.invoke(
        '{}',
        {
          'Lambda-Runtime-Client-Context': JSON.stringify(clientContext),
          'Lambda-Runtime-Cognito-Identity':
            '{"cognitoIdentityId":"a","cognitoIdentityPoolId":"b"}',
          'Lambda-Runtime-Aws-Tenant-Id': 'tenant-1',
          'Lambda-Runtime-Trace-Id': 'Root=1-2-3',
          'Lambda-Runtime-Deadline-Ms': String(Date.now() + 60_000),
        },
        'the-id',
      )
      const { context, left, trace, keys } = full.json
      assert.deepEqual(context.clientContext, clientContext)
      assert.deepEqual(context.identity, { cognitoIdentityId: 'a', cognitoIdentityPoolId: 'b' })
      assert.equal(context.tenantId, 'tenant-1')
      assert.equal(context.awsRequestId, 'the-id')
      assert.equal(context.functionName, 'f')
      assert.equal(context.functionVersion, '$LATEST')
      assert.equal(context.memoryLimitInMB, '128')
      assert.equal(context.invokedFunctionArn, 'arn:aws:lambda:eu-west-1:123456789012:function:f')
      assert.equal(context.logGroupName, '/aws/lambda/f')
      assert.match(context.logStreamName, /^2026/)
      assert.ok(left > 0 && left <= 60_000)
      assert.equal(trace, 'Root=1-2-3')
      assert.deepEqual(
        keys,
        major === 24
          ? [
              'clientContext',
              'identity',
              'invokedFunctionArn',
              'awsRequestId',
              'tenantId',
              'xRayTraceId',
              'getRemainingTimeInMillis',
              'functionName',
              'functionVersion',
              'memoryLimitInMB',
              'logGroupName',
              'logStreamName',
            ]
          : [
              'callbackWaitsForEmptyEventLoop',
              'succeed',
              'fail',
              'done',
              'functionVersion',
              'functionName',
              'memoryLimitInMB',
              'logGroupName',
              'logStreamName',
              'clientContext',
              'identity',
              'invokedFunctionArn',
              'awsRequestId',
              'tenantId',
              'getRemainingTimeInMillis',
            ],
      )
      const bare = await bootstrap.invoke('{}', { 'Lambda-Runtime-Trace-Id': '' })
      assert.equal('clientContext' in bare.json.context, false)
      assert.equal('tenantId' in bare.json.context, false)
      assert.equal('trace' in bare.json, false)
    })
  })

  test(`node ${major}: the invocation id is sent back`, async () => {
    const handler = asyncHandler('if (event) throw new Error("x")')
    await withFunction(major, handler, async (bootstrap) => {
      const headers = { 'Lambda-Runtime-Invocation-Id': 'attempt-1' }
      assert.equal(
        (await bootstrap.invoke('0', headers)).headers['lambda-runtime-invocation-id'],
        'attempt-1',
      )
      assert.equal(
        (await bootstrap.invoke('1', headers)).headers['lambda-runtime-invocation-id'],
        'attempt-1',
      )
      assert.equal('lambda-runtime-invocation-id' in (await bootstrap.invoke('0')).headers, false)
    })
  })

  test(`node ${major}: a byte that no header may have is escaped in the X-Ray cause`, async () => {
    const handler = `exports.handler = async (message) => { throw Object.assign(new Error(), { message }) }`
    await withFunction(major, handler, async (bootstrap) => {
      const answer = await bootstrap.invoke(JSON.stringify({ odd: 'a\x7fb' }))
      const cause = answer.headers['lambda-runtime-function-xray-error-cause']
      assert.ok(cause.includes('"a\\u007fb"'), cause)
    })
  })

  test(`node ${major}: an error, its trace, its X-Ray cause, its log line; then life goes on`, async () => {
    const handler = `async function handler() {\n  throw Object.assign(new TypeError('no\\x7F!'), { code: 'E' })\n}\nexports.handler = handler`
    await withFunction(major, handler, async (bootstrap, taskRoot) => {
      const answer = await bootstrap.invoke('{}', {}, 'r1')
      assert.match(answer.path, ERROR)
      assert.equal(answer.headers['lambda-runtime-function-error-type'], 'TypeError')
      assert.deepEqual(Object.keys(answer.json), ['errorType', 'errorMessage', 'trace'])
      assert.equal(answer.json.errorType, 'TypeError')
      assert.equal(answer.json.errorMessage, 'no%7F!')
      const [title, first, second, ...rest] = answer.json.trace
      assert.equal(title, 'TypeError: no%7F!')
      const receiver = major === 24 ? 'BufferedInvokeProcessor' : 'Runtime'
      assert.equal(first, `    at ${receiver}.handler (${taskRoot}/index.js:2:23)`)
      assert.match(
        second,
        major === 24 ? /BufferedInvokeProcessor\.processInvoke/ : /Runtime\.handleOnceNonStreaming/,
      )
      assert.ok(rest.length <= 1, rest.join())
      const cause = JSON.parse(answer.headers['lambda-runtime-function-xray-error-cause'])
      assert.equal(cause.exceptions[0].type, 'TypeError')
      assert.equal(cause.exceptions[0].message, 'no%7F!')
      const [frame] = cause.exceptions[0].stack
      assert.deepEqual([frame.path, frame.line], [`${taskRoot}/index.js`, 2])
      assert.ok(frame.label.startsWith(`${receiver}.`), frame.label)
      assert.ok(cause.paths.includes(`${taskRoot}/index.js`))
      await bootstrap.until(() => bootstrap.stdout.endsWith('\n'), 'the log')
      const [time, id, level, message] = bootstrap.stdout.split('\t')
      assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      assert.deepEqual([id, level, message], ['r1', 'ERROR', 'Invoke Error '])
      const logged = JSON.parse(bootstrap.stdout.split('\t')[4])
      assert.deepEqual(Object.keys(logged), ['errorType', 'errorMessage', 'code', 'stack'])
      assert.match((await bootstrap.invoke('{}')).path, ERROR)
    })
  })

  test(`node ${major}: things that are thrown but are no errors`, async () => {
    const handler = `
      const things = {
        string: () => 'x', number: () => 7, nothing: () => undefined, none: () => null,
        bare: () => Object.create(null), odd: () => ({ toString() { throw new Error() } }),
        like: () => ({ name: 'Like', message: 'm', stack: 'Like: m\\n    at a (b.js:1:2)' }),
        nameless: () => Object.assign(new Error('m'), { name: { a: 1n } }),
        stackless: () => Object.assign(new Error('m'), { stack: undefined }),
      }
      exports.handler = async (name) => { throw things[name]() }`
    await withFunction(major, handler, async (bootstrap) => {
      const body = async (name) => (await bootstrap.invoke(name)).json
      const of = (name) => body(JSON.stringify(name))
      assert.deepEqual(await of('string'), { errorType: 'string', errorMessage: 'x', trace: [] })
      assert.deepEqual(await of('number'), { errorType: 'number', errorMessage: '7', trace: [] })
      const nothing = major === 24 ? ['undefined', 'undefined'] : ['string', 'handled']
      assert.deepEqual(await of('nothing'), {
        errorType: nothing[0],
        errorMessage: nothing[1],
        trace: [],
      })
      const none = major === 24 ? ['object', 'null'] : ['string', 'handled']
      assert.deepEqual(await of('none'), { errorType: none[0], errorMessage: none[1], trace: [] })
      assert.equal((await of('bare')).errorType, 'handled')
      assert.equal((await of('odd')).errorType, 'handled')
      assert.equal((await of('like')).errorType, major === 24 ? 'object' : 'Like')
      assert.match((await of('nameless')).errorType, /./)
      assert.deepEqual((await of('stackless')).trace, [])
    })
  })

  test(`node ${major}: results that have no JSON`, async () => {
    const handler = `
      const things = {
        big: () => ({ n: 1n }), circle: () => { const a = {}; a.a = a; return a },
        fn: () => () => {}, toJSON: () => ({ toJSON() { throw new Error('inner') } }),
      }
      exports.handler = async (name) => things[name]()`
    await withFunction(major, handler, async (bootstrap) => {
      for (const name of ['big', 'circle', 'toJSON']) {
        const answer = await bootstrap.invoke(JSON.stringify(name))
        assert.match(answer.path, ERROR)
        assert.equal(answer.json.errorType, major === 24 ? 'Runtime.JSONStringifyError' : 'Error')
        assert.equal(answer.json.errorMessage, 'Unable to stringify response body')
      }
      assert.equal((await bootstrap.invoke('"fn"')).json.errorType, 'TypeError')
    })
  })

  test(`node ${major}: events and headers that are no JSON fail that invocation alone`, async () => {
    await withFunction(major, asyncHandler('return 1'), async (bootstrap) => {
      for (const body of ['{', '']) {
        const answer = await bootstrap.invoke(body)
        assert.match(answer.path, ERROR)
        assert.equal(answer.json.errorType, 'SyntaxError')
      }
      const bad = await bootstrap.invoke('{}', { 'Lambda-Runtime-Client-Context': '{' })
      assert.match(
        bad.json.errorMessage,
        major === 24
          ? /^Failed to parse lambda-runtime-client-context as JSON: /
          : /^Cannot parse ClientContext as json: SyntaxError/,
      )
      assert.match((await bootstrap.invoke('{}')).path, RESPONSE)
    })
  })

  test(`node ${major}: an X-Ray cause of a mebibyte is left out`, async () => {
    const handler = asyncHandler('throw new Error("x".repeat(event))')
    await withFunction(major, handler, async (bootstrap) => {
      const name = 'lambda-runtime-function-xray-error-cause'
      assert.ok(name in (await bootstrap.invoke('1000')).headers)
      assert.equal(name in (await bootstrap.invoke(String(1024 * 1024))).headers, false)
    })
  })

  test(`node ${major}: a refused response (413) does not stop the runtime`, async () => {
    const refused = 'HTTP/1.1 413 Payload Too Large\r\nContent-Length: 2\r\n\r\n{}'
    await withFunction(
      major,
      asyncHandler('return 1'),
      async (bootstrap) => {
        await bootstrap.invoke('{}')
        await bootstrap.invoke('{}')
        assert.equal(bootstrap.exit, undefined)
      },
      { answer: () => refused },
    )
  })
}
