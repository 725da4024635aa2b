/** Answers that stream, from real functions to the AWS SDK for JavaScript and to a bare socket. */
import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { type Socket, connect } from 'node:net'
import { after, before, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import {
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  type InvokeWithResponseStreamResponseEvent,
  PutFunctionConcurrencyCommand,
  TooManyRequestsException,
} from '@aws-sdk/client-lambda'
import { type Clients, clientsOf, deploy } from '../kit/deploy.ts'
import { type TestServer, noSandboxes, startTestServer } from '../kit/server.ts'

const skip = noSandboxes ?? false

/** What the functions do is told by the event. */
const source = `
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'

let flood = { id: undefined, written: 0 }

export const handler = awslambda.streamifyResponse(async (event, stream) => {
  stream.setContentType('text/event-stream')
  if (event.do === 'steps') {
    for (let step = 0; step < 5; step += 1) {
      stream.write(\`step \${step};\`)
      await sleep(100)
    }
  } else if (event.do === 'fail') {
    stream.write('half')
    await sleep(50)
    throw new RangeError('no more')
  } else if (event.do === 'hang') {
    stream.write('half')
    await sleep(60_000)
  } else if (event.do === 'flood') {
    flood = { id: event.id, written: 0 }
    const piece = Buffer.alloc(65_536, 'x')
    for (let sent = 0; sent < event.pieces; sent += 1) {
      if (!stream.write(piece)) await once(stream, 'drain')
      flood.written += 1
    }
  } else if (event.do === 'tell') {
    stream.write(JSON.stringify(flood))
  }
  stream.end()
})
`

let server: TestServer
let client: Clients['lambda']

before(async () => {
  if (skip) return
  server = await startTestServer()
  client = clientsOf(server.url).lambda
  const files = { 'index.mjs': source }
  await deploy(client, { FunctionName: 'streams', files, Timeout: 30 })
  await deploy(client, { FunctionName: 'hangs', files, Timeout: 1 })
  await deploy(client, { FunctionName: 'floods', files, Timeout: 30 })
  // One environment for all: what it did for one caller, it can tell another.
  const one = { FunctionName: 'floods', ReservedConcurrentExecutions: 1 }
  await client.send(new PutFunctionConcurrencyCommand(one))
  const plain = {
    'index.mjs':
      'export const handler = async (event) => {\n if (event.fail) throw new Error("no")\n return { got: event } }\n',
  }
  await deploy(client, { FunctionName: 'plain', files: plain })
})

after(async () => {
  await server?.[Symbol.asyncDispose]()
})

const stream = (FunctionName: string, event: object, more: object = {}) =>
  client.send(
    new InvokeWithResponseStreamCommand({ FunctionName, Payload: JSON.stringify(event), ...more }),
  )

async function read(events: AsyncIterable<InvokeWithResponseStreamResponseEvent> | undefined) {
  const chunks = []
  let complete:
    | InvokeWithResponseStreamResponseEvent.InvokeCompleteMember['InvokeComplete']
    | undefined
  for await (const { PayloadChunk: chunk, InvokeComplete } of events ?? []) {
    if (chunk) chunks.push(Buffer.from(chunk.Payload ?? []).toString())
    complete = InvokeComplete ?? complete
  }
  return { chunks, complete }
}

test('chunks come one by one, while the function makes them', { skip }, async () => {
  const output = await stream('streams', { do: 'steps' }, { LogType: 'Tail' })
  assert.equal(output.StatusCode, 200)
  assert.equal(output.ExecutedVersion, '$LATEST')
  const { chunks, complete } = await read(output.EventStream)
  assert.equal(chunks.join(''), 'step 0;step 1;step 2;step 3;step 4;')
  // A busy machine may put some together.
  assert.ok(chunks.length > 1)
  assert.equal(complete?.ErrorCode, undefined)
  const log = Buffer.from(complete?.LogResult ?? '', 'base64').toString()
  assert.match(log, /^START RequestId: [\s\S]*\nREPORT RequestId: /)
})

test(
  'the head tells what the frames are, and what the function says its answer is',
  { skip },
  async () => {
    const response = await fetch(
      `${server.url}/2021-11-15/functions/streams/response-streaming-invocations`,
      { method: 'POST', body: '{"do":"nothing"}' },
    )
    assert.equal(response.headers.get('content-type'), 'application/vnd.amazon.eventstream')
    assert.equal(response.headers.get('x-amzn-remapped-content-type'), 'text/event-stream')
    assert.equal(response.headers.get('x-amz-executed-version'), '$LATEST')
    assert.ok(response.headers.get('x-amzn-requestid'))
    await response.arrayBuffer()
  },
)

test('a function that does not stream answers in one chunk', { skip }, async () => {
  const { chunks, complete } = await read((await stream('plain', { a: 1 })).EventStream)
  assert.deepEqual(chunks, ['{"got":{"a":1}}'])
  assert.deepEqual(complete, {})
})

test(
  'errors come at the end: before, in the middle of, and instead of an answer',
  { skip },
  async () => {
    const failed = await read((await stream('plain', { fail: true })).EventStream)
    assert.deepEqual(failed.chunks, [])
    assert.equal(failed.complete?.ErrorCode, 'Unhandled')
    assert.equal(JSON.parse(failed.complete?.ErrorDetails ?? '').errorMessage, 'no')

    const middle = await read((await stream('streams', { do: 'fail' })).EventStream)
    assert.deepEqual(middle.chunks, ['half'])
    const details = JSON.parse(middle.complete?.ErrorDetails ?? '')
    assert.equal(details.errorType, 'RangeError')
    assert.equal(details.errorMessage, 'no more')

    const late = await read((await stream('hangs', { do: 'hang' })).EventStream)
    assert.deepEqual(late.chunks, ['half'])
    assert.match(late.complete?.ErrorDetails ?? '', /Task timed out after 1\.00 seconds/)
    // The next one gets an environment of its own.
    assert.deepEqual((await read((await stream('hangs', {})).EventStream)).chunks, [])
  },
)

test('what comes before an invocation is an error of the API', { skip }, async () => {
  await assert.rejects(stream('nope', {}), { name: 'ResourceNotFoundException' })
  const { EventStream, StatusCode } = await stream('streams', {}, { InvocationType: 'DryRun' })
  assert.equal(StatusCode, 204)
  assert.deepEqual((await read(EventStream)).chunks, [])
})

test('large answers come whole', { skip }, async () => {
  const { chunks, complete } = await read(
    (await stream('streams', { do: 'flood', pieces: 320 })).EventStream,
  )
  assert.equal(
    chunks.reduce((sum, chunk) => sum + chunk.length, 0),
    320 * 65_536,
  )
  assert.equal(complete?.ErrorCode, undefined)
})

/** What the last flood has come to; undefined while it goes on. */
async function lastFlood(): Promise<unknown> {
  try {
    const { Payload } = await client.send(
      new InvokeCommand({ FunctionName: 'floods', Payload: '{"do":"tell"}' }),
    )
    return JSON.parse(Payload?.transformToString() ?? '')
  } catch (error) {
    if (error instanceof TooManyRequestsException) return undefined
    throw error
  }
}

/** Asks for a flood over a socket of its own, and reads nothing. Resolves when the request is under way. */
async function askForFlood(id: string): Promise<Socket> {
  const path = '/2021-11-15/functions/floods/response-streaming-invocations'
  const body = JSON.stringify({ do: 'flood', id, pieces: 320 })
  const socket = connect(Number(new URL(server.url).port), '127.0.0.1')
  socket.on('error', () => undefined)
  const head = `POST ${path} HTTP/1.1\r\nHost: l\r\nContent-Length: ${body.length}\r\n\r\n`
  await new Promise((resolve) => socket.write(head + body, resolve))
  return socket
}

const ended = async (id: string) => isDeepStrictEqual(await lastFlood(), { id, written: 320 })

test('a client that goes away holds nothing up: the function goes on', { skip }, async () => {
  for (const id of ['left before the answer', 'left in its middle']) {
    const socket = await askForFlood(id)
    if (id !== 'left before the answer') await once(socket, 'data')
    socket.destroy()
    // Over a connection made later than that one: a question could come first otherwise, and then the flood is throttled.
    await fetch(new URL('/_lambdad/health', server.url), { headers: { connection: 'close' } })
    // Held up, it would never come to its end.
    while (!(await ended(id))) await sleep(50)
  }
})

test('a client that does not read holds the function up until it does', { skip }, async () => {
  const id = 'slow'
  const socket = await askForFlood(id)
  await once(socket, 'data')
  socket.pause()
  // Twenty megabytes are more than all that lies between them takes.
  for (let look = 0; look < 10; look += 1) {
    assert.equal(await lastFlood(), undefined)
    await sleep(50)
  }
  socket.resume()
  while (!(await ended(id))) await sleep(50)
  socket.destroy()
})
