/** Heads and bodies of streams, however they come in pieces, and every way in which they end. */
import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { describe, test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import fc from '../../../../test/kit/fast-check.ts'
import { ServiceError } from '../../../kernel/errors.ts'
import type { InvokeResult, RawResponse } from '../../../kernel/ports.ts'
import { preludeBytesMax, streamWaitingMax } from '../limits.ts'
import { StreamedAnswer } from '../streamed-answer.ts'
import { streamedResponse } from './streamed-response.ts'

const integration = 'application/vnd.awslambda.http-integration-response'
const done: InvokeResult = {
  payload: new Uint8Array(),
  functionError: undefined,
  logTail: undefined,
}
const failed: InvokeResult = { ...done, payload: Buffer.from('{}'), functionError: 'Unhandled' }

/** A function that streams, and who waits for its answer. */
function begin(contentType?: string) {
  const stream = new StreamedAnswer()
  const invoked = Promise.withResolvers<InvokeResult>()
  invoked.promise.then(
    (result) => stream.complete(result),
    (error: unknown) => stream.fail(error),
  )
  const response = streamedResponse(stream, invoked.promise)
  stream.start(contentType)
  return { stream, invoked, response }
}

function streamOf(response: RawResponse | undefined): AsyncIterable<Uint8Array> {
  assert.ok(response, 'there is no answer')
  assert.ok(typeof response.body === 'object' && Symbol.asyncIterator in response.body)
  return response.body
}

async function bodyOf(response: RawResponse | undefined): Promise<Buffer> {
  return Buffer.concat(await Array.fromAsync(streamOf(response)))
}

/** In pieces of these lengths, and the rest. */
function cut(bytes: Buffer, lengths: readonly number[]): Buffer[] {
  const pieces = []
  let at = 0
  for (const length of lengths) pieces.push(bytes.subarray(at, (at += length)))
  return [...pieces, bytes.subarray(at)].filter((piece) => piece.length > 0)
}

describe('a stream with a prelude', () => {
  test('is head and body, wherever it is cut', async () => {
    const prelude = Buffer.from('{"statusCode":201,"headers":{"x-a":"ü"},"cookies":["c=1"]}')
    await fc.assert(
      fc.asyncProperty(
        fc.uint8Array({ maxLength: 64 }),
        fc.array(fc.integer({ min: 1, max: 40 })),
        async (payload, lengths) => {
          const { stream, invoked, response } = begin(integration)
          const all = Buffer.concat([prelude, Buffer.alloc(8), payload])
          for (const piece of cut(all, lengths)) {
            void stream.write(piece)
            await turn()
          }
          invoked.resolve(done)
          const answer = await response
          assert.equal(answer?.status, 201)
          assert.deepEqual(answer.cookies, ['c=1'])
          assert.deepEqual(await bodyOf(answer), Buffer.from(payload))
        },
      ),
      { numRuns: 50 },
    )
  })

  test('has its head before its body', async () => {
    const { stream, response } = begin(integration)
    void stream.write(Buffer.concat([Buffer.from('{"statusCode":500}'), Buffer.alloc(8)]))
    assert.equal((await response)?.status, 500)
  })

  test('that cannot be read is no answer, and holds the function up no longer', async () => {
    const tooLong = Buffer.alloc(preludeBytesMax + 1, ' ')
    for (const bytes of [tooLong, Buffer.concat([Buffer.from('nonsense'), Buffer.alloc(8)])]) {
      const { stream, response } = begin(integration)
      void stream.write(bytes)
      assert.equal(await response, undefined)
      assert.equal(stream.write(Buffer.alloc(streamWaitingMax.bytes + 1)), undefined)
    }
  })

  test('that ends, well or not, before its head is no answer', async () => {
    for (const result of [done, failed]) {
      const { stream, invoked, response } = begin(integration)
      void stream.write(Buffer.from('{"statusCode":200}'))
      invoked.resolve(result)
      assert.equal(await response, undefined)
    }
  })
})

describe('a stream without a prelude', () => {
  test('is all body, zeros and all', async () => {
    const { stream, invoked, response } = begin('text/plain')
    const bytes = Buffer.concat([Buffer.from('{"statusCode":404}'), Buffer.alloc(8)])
    void stream.write(bytes)
    invoked.resolve(done)
    const answer = await response
    assert.deepEqual([answer?.status, answer?.headers], [200, { 'Content-Type': 'text/plain' }])
    assert.deepEqual(await bodyOf(answer), bytes)
  })

  test('may have no byte', async () => {
    const { invoked, response } = begin()
    invoked.resolve(done)
    const answer = await response
    assert.equal(answer?.headers['Content-Type'], 'application/octet-stream')
    assert.equal((await bodyOf(answer)).length, 0)
  })

  test('that fails before its first byte is no answer; after it, it breaks off', async () => {
    const before = begin()
    before.invoked.resolve(failed)
    assert.equal(await before.response, undefined)

    const after = begin()
    void after.stream.write(Buffer.from('half'))
    const answer = await after.response
    after.invoked.resolve(failed)
    const body = streamOf(answer)[Symbol.asyncIterator]()
    assert.equal(Buffer.from((await body.next()).value as Uint8Array).toString(), 'half')
    await assert.rejects(body.next(), /failed in the middle/)
  })

  test('holds the function up until it is read, and no longer when nobody will', async () => {
    const { stream, response } = begin()
    void stream.write(Buffer.from('first'))
    const answer = await response
    const room = stream.write(Buffer.alloc(streamWaitingMax.bytes + 1))
    assert.ok(room)
    let isFree = false
    void room.then(() => (isFree = true))
    await turn()
    assert.equal(isFree, false)
    // A client that was gone before the first byte: its body is never begun.
    await streamOf(answer)[Symbol.asyncIterator]().return?.()
    await room
    assert.equal(stream.write(Buffer.alloc(streamWaitingMax.bytes + 1)), undefined)
  })
})

describe('a function that answers in one piece', () => {
  const answers = (result: InvokeResult) =>
    streamedResponse(new StreamedAnswer(), Promise.resolve(result))

  test('is passed on as it is', async () => {
    const payload = Buffer.from('{"statusCode":201,"body":"x"}')
    assert.deepEqual(await answers({ ...done, payload }), {
      status: 200,
      headers: { 'Content-Type': 'application/octet-stream' },
      body: payload,
    })
  })

  test('and fails is no answer', async () => {
    assert.equal(await answers(failed), undefined)
  })

  test('and never ran is its refusal', async () => {
    const throttled = new ServiceError('TooManyRequestsException', 'Rate Exceeded.', {
      status: 429,
    })
    await assert.rejects(
      streamedResponse(new StreamedAnswer(), Promise.reject(throttled)),
      throttled,
    )
  })
})
