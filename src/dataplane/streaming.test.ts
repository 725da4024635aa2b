/** Answers that are passed on while they are made: order, limits, flow and ends. */
import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { duplexPair } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'node:test'
import { newRequestId } from '../kernel/ids.ts'
import type { InvokeRequest, ResponseSink, RunnableVersion } from '../kernel/ports.ts'
import { Invocation } from './invocation.ts'
import { responseBytesMax, streamedBytesMax } from './limits.ts'
import { ResponseStream } from './response-stream.ts'
import { RuntimeApi } from './runtime-api.ts'

class Sink implements ResponseSink {
  readonly calls: unknown[] = []
  /** What the next chunks are answered with. */
  room: Promise<void> | undefined

  start(contentType: string | undefined): void {
    this.calls.push(['start', contentType])
  }

  write(chunk: Uint8Array): Promise<void> | undefined {
    this.calls.push(Buffer.from(chunk).toString())
    return this.room
  }
}

function invocation(stream?: ResponseSink): Invocation {
  const request = { requestId: newRequestId(), tail: false, ...(stream ? { stream } : {}) }
  return new Invocation({} as RunnableVersion, request as InvokeRequest)
}

test('chunks go to a caller who takes them, and nothing is kept', async () => {
  const sink = new Sink()
  const invoked = invocation(sink)
  const stream = new ResponseStream(invoked, 'text/plain')
  assert.equal(stream.push(Buffer.from('one')), undefined)
  assert.equal(stream.push(Buffer.from('two')), undefined)
  sink.room = Promise.resolve()
  assert.equal(stream.push(Buffer.from('three')), sink.room)
  stream.settle()
  assert.deepEqual(sink.calls, [['start', 'text/plain'], 'one', 'two', 'three'])
  const { payload, functionError } = await invoked.result
  assert.equal(payload.length, 0)
  assert.equal(functionError, undefined)
})

test('a caller who waits for the whole gets it whole, up to six megabytes', async () => {
  const whole = invocation()
  const stream = new ResponseStream(whole, undefined)
  void stream.push(Buffer.from('one,'))
  void stream.push(Buffer.from('two'))
  stream.settle()
  assert.equal(Buffer.from((await whole.result).payload).toString(), 'one,two')

  const long = invocation()
  const tooLong = new ResponseStream(long, undefined)
  void tooLong.push(Buffer.alloc(responseBytesMax))
  void tooLong.push(Buffer.alloc(1))
  tooLong.settle()
  const { payload, functionError } = await long.result
  assert.equal(functionError, 'Unhandled')
  assert.match(Buffer.from(payload).toString(), /Function\.ResponseSizeTooLarge/)
})

test('a streamed answer ends at 200 MB, to the byte, and fails (docs)', async () => {
  let bytes = 0
  const counting: ResponseSink = {
    start: () => undefined,
    write(chunk) {
      bytes += chunk.length
      return undefined
    },
  }
  const invoked = invocation(counting)
  const stream = new ResponseStream(invoked, undefined)
  const piece = Buffer.alloc(3 * 1024 * 1024)
  for (let sent = 0; sent <= streamedBytesMax; sent += piece.length) void stream.push(piece)
  void stream.push(piece)
  stream.settle()
  assert.equal(bytes, streamedBytesMax)
  const { payload, functionError } = await invoked.result
  assert.equal(functionError, 'Unhandled')
  assert.match(Buffer.from(payload).toString(), /payload size \(209715200 bytes\)/)
})

const nothing = () => undefined

/** A runtime that has an event, and what the environment hears of it. */
function setUp(onStreamChunk: (chunk: Buffer) => Promise<void> | undefined) {
  const ends: unknown[] = []
  const api = new RuntimeApi({
    onNext: nothing,
    onResponse: nothing,
    onStreamStart: nothing,
    onStreamChunk,
    onStreamEnd: (errorType) => ends.push(errorType),
    onInvocationError: nothing,
    onInitError: nothing,
    onBrokenResponse: (errorType) => ends.push(errorType),
  })
  const [ours, theirs] = duplexPair()
  api.attach(ours)
  theirs.on('data', nothing)
  const begin = async () => {
    theirs.write('GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n')
    await turn()
    api.deliver({
      requestId: 'r',
      invocationId: 'i',
      deadlineMs: 0,
      invokedArn: 'arn',
      traceId: 't',
      clientContext: undefined,
      payload: Buffer.from('{}'),
    })
    await turn()
    theirs.write(
      'POST /2018-06-01/runtime/invocation/r/response HTTP/1.1\r\n' +
        'Lambda-Runtime-Function-Response-Mode: streaming\r\nTransfer-Encoding: chunked\r\n\r\n',
    )
  }
  return { api, theirs, ends, begin }
}

test('a runtime is not read from while its caller has to catch up', async () => {
  let heard = 0
  const gates: PromiseWithResolvers<void>[] = []
  const { theirs, ends, begin } = setUp((chunk) => {
    heard += chunk.length
    const gate = Promise.withResolvers<void>()
    gates.push(gate)
    return gate.promise
  })
  await begin()
  const piece = `10000\r\n${'x'.repeat(0x1_0000)}\r\n`
  const pieces = 64
  for (let sent = 0; sent < pieces; sent += 1) theirs.write(piece)
  theirs.write('0\r\n\r\n')
  for (let turns = 0; turns < 200; turns += 1) await turn()
  // A few reads of what the two ends of the connection hold, of four megabytes that wait.
  assert.ok(heard > 0 && heard < 1024 * 1024, `${heard} bytes were read`)
  assert.deepEqual(ends, [])
  while (ends.length === 0) {
    for (const gate of gates.splice(0)) gate.resolve()
    await turn()
  }
  assert.equal(heard, pieces * 0x1_0000)
  assert.deepEqual(ends, [undefined])
})

test('a stream that breaks off while its caller catches up is told of', async () => {
  const gate = Promise.withResolvers<void>()
  const { theirs, ends, begin } = setUp(() => gate.promise)
  await begin()
  theirs.write('1\r\nx\r\n')
  await turn()
  theirs.destroy()
  gate.resolve()
  while (ends.length === 0) await turn()
  assert.deepEqual(ends, ['Runtime.TruncatedResponse'])
})
