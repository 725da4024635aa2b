import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { duplexPair } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'node:test'
import fc from '../../test/kit/fast-check.ts'
import { FakeProcess } from '../../test/kit/fake-sandbox.ts'
import type { SandboxSpec } from '../sandbox/sandbox.ts'
import { joinedBytesMax, responseBytesMax } from './limits.ts'
import { RuntimeApi, type RuntimeEvent } from './runtime-api.ts'

function setUp() {
  const calls: unknown[][] = []
  const note =
    (name: string) =>
    (...values: unknown[]) => {
      calls.push([
        name,
        ...values.map((value) => (Buffer.isBuffer(value) ? value.toString() : value)),
      ])
    }
  const api = new RuntimeApi({
    onNext: note('next'),
    onResponse: note('response'),
    onStreamStart: note('stream'),
    onStreamChunk: (chunk) => {
      note('chunk')(chunk)
      return undefined
    },
    onStreamEnd: note('end'),
    onInvocationError: note('error'),
    onInitError: note('init error'),
    onBrokenResponse: note('broken'),
  })
  return { api, calls, connect: () => connectTo(api) }
}

function connectTo(api: RuntimeApi): FakeProcess {
  const [ours, theirs] = duplexPair()
  api.attach(ours)
  return new FakeProcess({} as SandboxSpec, theirs)
}

function event(requestId: string, more: Partial<RuntimeEvent> = {}): RuntimeEvent {
  return {
    requestId,
    invocationId: `attempt-${requestId}`,
    deadlineMs: 1_700_000_000_000,
    invokedArn: 'arn:aws:lambda:eu-west-1:123456789012:function:f:live',
    traceId: 'Root=1-2-3;Sampled=0',
    clientContext: undefined,
    payload: Buffer.from('{"a":1}'),
    ...more,
  }
}

test('an event arrives with the headers of the Runtime API', async () => {
  const { api, connect, calls } = setUp()
  const runtime = connect()
  const asked = runtime.next()
  await turn()
  assert.deepEqual(calls, [['next']])
  api.deliver(event('r1', { clientContext: '{"custom":{"ä":"\\n"}}', tenantId: 'blue:1' }))
  const { status, headers, body } = await asked
  assert.equal(status, 200)
  assert.equal(body, '{"a":1}')
  const context = headers['lambda-runtime-client-context'] ?? ''
  assert.equal(Buffer.from(context, 'latin1').toString(), '{"custom":{"ä":"\\n"}}')
  delete headers['lambda-runtime-client-context']
  assert.deepEqual(headers, {
    'content-type': 'application/json',
    'content-length': '7',
    'lambda-runtime-aws-request-id': 'r1',
    'lambda-runtime-aws-tenant-id': 'blue:1',
    'lambda-runtime-invocation-id': 'attempt-r1',
    'lambda-runtime-deadline-ms': '1700000000000',
    'lambda-runtime-invoked-function-arn': 'arn:aws:lambda:eu-west-1:123456789012:function:f:live',
    'lambda-runtime-trace-id': 'Root=1-2-3;Sampled=0',
  })
})

/** A runtime that has taken the event `r1`. */
async function running() {
  const parts = setUp()
  const runtime = parts.connect()
  const asked = runtime.next()
  await turn()
  parts.api.deliver(event('r1'))
  await asked
  parts.calls.length = 0
  return { ...parts, runtime }
}

test('an answer and the wait for the next event are answered together', async () => {
  const { api, calls, runtime } = await running()
  const writes: string[] = []
  runtime.socket.on('data', (chunk: Buffer) => writes.push(chunk.toString().slice(0, 12)))
  const next = 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n'
  runtime.send(
    `POST /2018-06-01/runtime/invocation/r1/response HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}${next}`,
  )
  await turn()
  assert.deepEqual(calls, [['response', '{}', 2], ['next']])
  assert.deepEqual(writes, [])
  api.deliver(event('r2'))
  assert.equal((await runtime.answer()).status, 202)
  assert.equal((await runtime.answer()).headers['lambda-runtime-aws-request-id'], 'r2')
  assert.equal(writes.length, 1)
})

test('events of any size arrive byte by byte, after the answer that was held', async () => {
  const { api, runtime } = await running()
  const next = 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n'
  let id = 'r1'
  for (const [i, size] of [1, joinedBytesMax, joinedBytesMax + 1, 300_000].entries()) {
    runtime.send(
      `POST /2018-06-01/runtime/invocation/${id}/response HTTP/1.1\r\nContent-Length: 2\r\n\r\n{}${next}`,
    )
    await turn()
    id = `size-${i}`
    // Each byte there is, in a view of a larger piece of memory.
    const payload = new Uint8Array(size + 7).map((_, at) => at).subarray(7)
    api.deliver(event(id, { payload }))
    assert.equal((await runtime.answer()).status, 202)
    const { headers, bytes } = await runtime.answer()
    assert.equal(headers['lambda-runtime-aws-request-id'], id)
    assert.ok(bytes.equals(payload), `${size} bytes`)
  }
})

test('an answer that comes alone is accepted at once', async () => {
  const { runtime, calls } = await running()
  runtime.post('invocation/r1/response', '"x"')
  const { status, body } = await runtime.answer()
  assert.deepEqual([status, body], [202, '{"status":"OK"}'])
  assert.deepEqual(calls, [['response', '"x"', 3]])
})

const refusals: [string, string, Record<string, string>, number, string][] = [
  ['an unknown id', 'invocation/r9/response', {}, 400, 'InvalidRequestID'],
  ['an unknown id for an error', 'invocation/r9/error', {}, 400, 'InvalidRequestID'],
  [
    'a late attempt',
    'invocation/r1/response',
    { 'Lambda-Runtime-Invocation-Id': 'other' },
    400,
    'InvalidInvocationId',
  ],
  ['an init error after init', 'init/error', {}, 403, 'InvalidStateTransition'],
  [
    'a response mode that is none',
    'invocation/r1/response',
    { 'Lambda-Runtime-Function-Response-Mode': 'Streaming' },
    400,
    'InvalidFunctionResponseMode',
  ],
]

for (const [what, path, headers, status, type] of refusals) {
  test(`refuses ${what}`, async () => {
    const { runtime } = await running()
    runtime.post(path, '{}', headers)
    const answer = await runtime.answer()
    assert.equal(answer.status, status)
    assert.equal((JSON.parse(answer.body) as { errorType: string }).errorType, type)
  })
}

test('a second answer to one event is refused', async () => {
  const { runtime, calls } = await running()
  runtime.post('invocation/r1/response', '1')
  runtime.post('invocation/r1/response', '2')
  assert.equal((await runtime.answer()).status, 202)
  assert.equal((await runtime.answer()).status, 400)
  assert.deepEqual(calls, [['response', '1', 1]])
})

test('the next event before the answer is refused, in the words of AWS', async () => {
  const { runtime } = await running()
  const { status, body } = await runtime.next()
  assert.equal(status, 403)
  assert.deepEqual(JSON.parse(body), {
    errorMessage:
      'State transition from Running to Ready failed for runtime. Error: State transition is not allowed',
    errorType: 'InvalidStateTransition',
  })
})

test('a response over 6 MiB and 100 bytes is told 413', async () => {
  const { runtime, calls } = await running()
  runtime.post('invocation/r1/response', Buffer.alloc(responseBytesMax + 1, 'x'))
  const { status, body } = await runtime.answer()
  assert.equal(status, 413)
  assert.match(body, /Exceeded maximum allowed payload size \(6291556 bytes\)\./)
  assert.deepEqual(calls, [['response', undefined, responseBytesMax + 1]])
})

test('a streamed answer comes in chunks, its error in trailers', async () => {
  const { runtime, calls } = await running()
  const error = Buffer.from('{"errorType":"E"}').toString('base64')
  runtime.send(
    'POST /2018-06-01/runtime/invocation/r1/response HTTP/1.1\r\n' +
      'Lambda-Runtime-Function-Response-Mode: streaming\r\nContent-Type: text/plain\r\n' +
      'Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n',
  )
  await turn()
  assert.deepEqual(calls, [
    ['stream', 'text/plain'],
    ['chunk', 'abc'],
  ])
  runtime.send(
    `0\r\nLambda-Runtime-Function-Error-Type: Function.Boom\r\nLambda-Runtime-Function-Error-Body: ${error}\r\n\r\n`,
  )
  assert.equal((await runtime.answer()).status, 202)
  assert.deepEqual(calls.at(-1), ['end', 'Function.Boom', '{"errorType":"E"}'])
})

test('a connection that ends in the middle of an answer breaks it', async () => {
  const { runtime, calls } = await running()
  runtime.send(
    'POST /2018-06-01/runtime/invocation/r1/response HTTP/1.1\r\nContent-Length: 9\r\n\r\nabc',
  )
  await turn()
  runtime.socket.destroy()
  await turn()
  assert.deepEqual(calls, [['broken', 'Runtime.TruncatedResponse']])
})

test('error types that are none are normalised, bodies are kept', async () => {
  for (const [sent, kept] of [
    ['Runtime.ImportModuleError', 'Runtime.ImportModuleError'],
    ['Function.bad', 'Function.Unknown'],
    ['whatever', 'Runtime.Unknown'],
  ] as const) {
    const { runtime, calls } = await running()
    const headers = { 'Lambda-Runtime-Function-Error-Type': sent }
    runtime.post('invocation/r1/error', '{"errorMessage":"x"}', headers)
    assert.equal((await runtime.answer()).status, 202)
    assert.deepEqual(calls, [['error', kept, '{"errorMessage":"x"}']])
  }
})

test('init errors are taken before the first event only', async () => {
  const { connect, calls } = setUp()
  const runtime = connect()
  runtime.post('init/error', '{"errorType":"E"}', {
    'lambda-runtime-function-error-type': 'Runtime.Boom',
  })
  assert.equal((await runtime.answer()).status, 202)
  assert.deepEqual(calls, [['init error', 'Runtime.Boom', '{"errorType":"E"}']])
})

test('ping answers, unknown paths do not', async () => {
  const { connect } = setUp()
  const runtime = connect()
  runtime.send('GET /2018-06-01/ping HTTP/1.1\r\n\r\nGET /etc/passwd HTTP/1.1\r\n\r\n')
  assert.deepEqual([(await runtime.answer()).body, (await runtime.answer()).status], ['pong', 404])
})

test('bytes that are no HTTP are told so, and the connection ends', async () => {
  const { connect } = setUp()
  const runtime = connect()
  const ended = new Promise((resolve) => runtime.socket.once('end', resolve))
  runtime.send('hello\r\n\r\n')
  assert.equal((await runtime.answer()).status, 400)
  await ended
})

test('whatever a runtime says, in any order, each event is answered at most once', async () => {
  const step = fc.constantFrom('next', 'response', 'error', 'init error', 'stale', 'deliver')
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const { api, connect, calls } = setUp()
      const runtime = connect()
      let delivered = 0
      for (const each of steps) {
        if (each === 'next') runtime.askNext()
        else if (each === 'response') runtime.post(`invocation/r${delivered}/response`, '1')
        else if (each === 'error') runtime.post(`invocation/r${delivered}/error`, '{}')
        else if (each === 'init error') runtime.post('init/error', '{}')
        else if (each === 'stale') runtime.post('invocation/r0/response', '0')
        else if (calls.at(-1)?.[0] === 'next') {
          delivered += 1
          calls.push(['delivered'])
          api.deliver(event(`r${delivered}`))
        }
        await turn()
      }
      const answers = calls.filter(([name]) => name === 'response' || name === 'error').length
      assert.ok(answers <= delivered, `${answers} answers to ${delivered} events`)
    }),
    { numRuns: 200 },
  )
})
