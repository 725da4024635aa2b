/** Streaming handlers: the chunked response, its prelude, its trailers, and what comes after. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { legacyMajors, majors, withFunction } from './test-kit.mjs'

const streaming = (body, options = '') =>
  `exports.handler = awslambda.streamifyResponse(async (event, stream, context) => { ${body} }${options})`

/** @returns {{type: string | undefined, error: any}} */
function trailersOf(request) {
  const body = request.trailers['lambda-runtime-function-error-body']
  return {
    type: request.trailers['lambda-runtime-function-error-type'],
    error: body === undefined ? undefined : JSON.parse(Buffer.from(body, 'base64').toString()),
  }
}

for (const major of majors) {
  const dry = major === 24 ? 'Error' : 'string'

  test(`node ${major}: a streamed response, then the next event`, async () => {
    const handler = streaming(`
      stream.setContentType('text/plain')
      stream.write('one ')
      await new Promise((ok) => setTimeout(ok, 5))
      stream.write(new Uint8Array([0x74, 0x77, 0x6f, 0x20]))
      stream.write('')
      stream.write({ three: 3 })
      stream.end()`)
    await withFunction(major, handler, async (bootstrap) => {
      for (let i = 0; i < 3; i++) {
        const answer = await bootstrap.invoke('{}', { 'Lambda-Runtime-Invocation-Id': 'a' }, 'r1')
        assert.equal(answer.path, '/2018-06-01/runtime/invocation/r1/response')
        assert.equal(answer.headers['lambda-runtime-function-response-mode'], 'streaming')
        assert.equal(answer.headers['transfer-encoding'], 'chunked')
        assert.equal(
          answer.headers.trailer,
          'Lambda-Runtime-Function-Error-Type, Lambda-Runtime-Function-Error-Body',
        )
        assert.equal(answer.headers['content-type'], 'text/plain')
        assert.equal(answer.headers['lambda-runtime-invocation-id'], 'a')
        assert.equal(answer.text, 'one two {"three":3}')
        assert.deepEqual(answer.trailers, {})
        await bootstrap.ready(i + 2)
      }
    })
  })

  test(`node ${major}: the same over TCP, to a server that closes after it`, async () => {
    await withFunction(
      major,
      streaming(`stream.end(String(event))`),
      async (bootstrap) => {
        for (let n = 1; n < 4; n++) {
          const answer = await bootstrap.invoke(String(n))
          assert.equal(answer.text, String(n))
          assert.equal(answer.headers['content-type'], 'application/octet-stream')
          await bootstrap.ready(n + 1)
        }
      },
      {
        tcp: true,
        answer: () => 'HTTP/1.1 202 Accepted\r\nConnection: close\r\nContent-Length: 0\r\n\r\n',
      },
    )
  })

  test(`node ${major}: a pipeline of several megabytes`, async () => {
    const handler = `
      const { pipeline } = require('node:stream/promises')
      const { Readable } = require('node:stream')
      ${streaming(`await pipeline(Readable.from(function* () { for (let i = 0; i < 100; i++) yield Buffer.alloc(50_000, i) }()), stream)`, ', { highWaterMark: 200_000 }')}`
    await withFunction(major, handler, async (bootstrap) => {
      const answer = await bootstrap.invoke('{}')
      assert.equal(answer.body.length, 5_000_000)
      assert.equal(answer.body[4_999_999], 99)
    })
  })

  test(`node ${major}: highWaterMark is that of the stream`, async () => {
    const handler = streaming(
      `stream.end(String(stream.writableHighWaterMark))`,
      ', { highWaterMark: 1234 }',
    )
    await withFunction(major, handler, async (bootstrap) => {
      assert.equal((await bootstrap.invoke('{}')).text, '1234')
    })
  })

  test(`node ${major}: the HTTP prelude goes before the first write`, async () => {
    const handler = streaming(`
      const http = awslambda.HttpResponseStream.from(stream, { statusCode: 201, headers: { a: 'b' }, cookies: ['c'] })
      http.write('body')
      http.end()`)
    await withFunction(major, handler, async (bootstrap) => {
      const answer = await bootstrap.invoke('{}')
      assert.equal(
        answer.headers['content-type'],
        'application/vnd.awslambda.http-integration-response',
      )
      assert.equal(
        answer.text,
        `{"statusCode":201,"headers":{"a":"b"},"cookies":["c"]}${'\0'.repeat(8)}body`,
      )
    })
  })

  test(`node ${major}: an error after the first byte is in the trailers`, async () => {
    const handler = streaming(`stream.write('begun'); throw new RangeError('half way')`)
    await withFunction(major, handler, async (bootstrap) => {
      for (let i = 0; i < 2; i++) {
        const answer = await bootstrap.invoke('{}', {}, 'r1')
        assert.match(answer.path, /\/response$/)
        assert.equal(answer.text, 'begun')
        const { type, error } = trailersOf(answer)
        assert.equal(type, 'RangeError')
        assert.equal(error.errorMessage, 'half way')
        assert.equal(error.trace[0], 'RangeError: half way')
        assert.match(error.trace[1], /index\.js:1:/)
        await bootstrap.ready(i + 2)
      }
      await bootstrap.logged('Invoke Error')
      assert.match(bootstrap.stdout, /\tr1\tERROR\tInvoke Error \t\{"errorType":"RangeError"/)
    })
  })

  test(`node ${major}: an error before the first byte too`, async () => {
    await withFunction(major, streaming(`throw new RangeError('at once')`), async (bootstrap) => {
      const answer = await bootstrap.invoke('{}')
      assert.equal(answer.body.length, 0)
      assert.equal(trailersOf(answer).type, 'RangeError')
      await bootstrap.ready(2)
    })
  })

  test(`node ${major}: misuse is told in AWS's words`, async () => {
    const cases = [
      [
        `exports.handler = awslambda.streamifyResponse((event, stream) => { stream.write('x') })`,
        'Streaming does not support non-async handlers.',
        dry,
      ],
      [streaming(`stream.write('x')`), 'Response stream is not finished.', dry],
      [streaming(`stream.write('x'); stream.destroy()`), 'Response stream is not finished.', dry],
      [
        streaming(`stream.write('x'); stream.setContentType('late')`),
        'Cannot set content-type, too late.',
        'Runtime.InvalidStreamingOperation',
      ],
      [
        streaming(`stream.write('x'); await new Promise(() => {})`),
        /^The Lambda runtime client detected an unexpected Node\.js exit code/,
        'Runtime.NodeJsExit',
      ],
      [
        streaming(
          `stream.write('x'); stream.destroy(new RangeError('mine')); throw new RangeError('mine')`,
        ),
        'mine',
        'RangeError',
      ],
    ]
    for (const [handler, message, errorType] of cases) {
      await withFunction(major, handler, async (bootstrap) => {
        const { type, error } = trailersOf(await bootstrap.invoke('{}'))
        if (message instanceof RegExp) assert.match(error.errorMessage, message)
        else assert.equal(error.errorMessage, message)
        assert.equal(type, errorType)
        await bootstrap.ready(2)
      })
    }
  })

  test(`node ${major}: a stream that ends after the handler has returned`, async () => {
    const handler = streaming(`stream.write('a'); setTimeout(() => stream.end('b'), 20)`)
    await withFunction(major, handler, async (bootstrap) => {
      const answer = await bootstrap.invoke('{}')
      assert.equal(answer.text, 'ab')
      assert.deepEqual(answer.trailers, {})
      await bootstrap.ready(2)
    })
  })

  test(`node ${major}: a return value is warned about and dropped`, async () => {
    await withFunction(major, streaming(`stream.end('x'); return 1`), async (bootstrap) => {
      assert.equal((await bootstrap.invoke('{}')).text, 'x')
      await bootstrap.ready(2)
      await bootstrap.logged('\tWARN\tStreaming handlers ignore return values.\n')
    })
  })

  test(`node ${major}: an uncaught exception ends the response, then the process`, async () => {
    const later = `setImmediate(() => { throw new RangeError('loose') }); await new Promise((ok) => setTimeout(ok, 5000))`
    await withFunction(major, streaming(`stream.write('x'); ${later}`), async (bootstrap) => {
      const answer = await bootstrap.invoke('{}')
      assert.match(answer.path, /\/response$/)
      assert.equal(trailersOf(answer).type, 'RangeError')
      assert.deepEqual(await bootstrap.ended(), { code: 129, signal: null })
    })
    await withFunction(major, streaming(later), async (bootstrap) => {
      const answer = await bootstrap.invoke('{}')
      assert.match(answer.path, /\/error$/)
      assert.equal(answer.json.errorType, 'RangeError')
      assert.deepEqual(await bootstrap.ended(), { code: 129, signal: null })
    })
  })

  test(`node ${major}: the context of a streaming handler has no callbacks`, async () => {
    await withFunction(
      major,
      streaming(`stream.end(JSON.stringify(Object.keys(context)))`),
      async (bootstrap) => {
        const keys = (await bootstrap.invoke('{}')).json
        assert.equal(keys.includes('callbackWaitsForEmptyEventLoop'), major !== 24)
        for (const name of ['succeed', 'fail', 'done']) assert.equal(keys.includes(name), false)
        assert.ok(keys.includes('getRemainingTimeInMillis'))
      },
    )
  })
}

for (const major of legacyMajors) {
  test(`node ${major}: asks for the next event when the event loop is empty`, async () => {
    const handler = streaming(`
      context.callbackWaitsForEmptyEventLoop = event
      setTimeout(() => console.log('late'), 40)
      stream.end('x')`)
    await withFunction(major, handler, async (bootstrap) => {
      await bootstrap.invoke('true')
      await bootstrap.ready(2)
      // Written before the request for the next event.
      await bootstrap.logged('\tlate\n')
      await bootstrap.invoke('false')
      await bootstrap.ready(3)
      assert.equal(bootstrap.stdout.match(/late/g).length, 1)
    })
  })
}
