import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { setImmediate as turn } from 'node:timers/promises'
import fc from '../../../test/kit/fast-check.ts'
import { streamWaitingMax } from './limits.ts'
import { StreamedAnswer } from './streamed-answer.ts'

const done = { payload: new Uint8Array(), functionError: undefined, logTail: undefined }

async function read(answer: StreamedAnswer): Promise<unknown[]> {
  const events = []
  for await (const { PayloadChunk: chunk, InvokeComplete: complete } of answer) {
    events.push(chunk ? Buffer.from(chunk.Payload ?? []).toString() : complete)
  }
  return events
}

test('what was written comes in its order, however it is read, and then the end', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.string({ minLength: 1 }), fc.boolean())),
      async (steps) => {
        const answer = new StreamedAnswer()
        const reading = read(answer)
        for (const [text, waits] of steps) {
          assert.equal(answer.write(Buffer.from(text)), undefined)
          if (waits) await turn()
        }
        answer.complete(done)
        assert.deepEqual(await reading, [...steps.map(([text]) => text), {}])
      },
    ),
    { numRuns: 50 },
  )
})

test('an answer in one piece is one chunk', async () => {
  const answer = new StreamedAnswer()
  answer.complete({ ...done, payload: Buffer.from('{"a":1}'), logTail: Buffer.from('END') })
  assert.deepEqual(await read(answer), ['{"a":1}', { LogResult: 'RU5E' }])
})

test('an error comes at the end, with its details, after what was streamed before it', async () => {
  const answer = new StreamedAnswer()
  void answer.write(Buffer.from('before'))
  const details = '{"errorType":"Error","errorMessage":"no"}'
  answer.complete({ ...done, payload: Buffer.from(details), functionError: 'Unhandled' })
  assert.deepEqual(await read(answer), [
    'before',
    { ErrorCode: 'Unhandled', ErrorDetails: details },
  ])
})

test('a failure that is not the function`s breaks the stream', async () => {
  const answer = new StreamedAnswer()
  const failure = new Error('the server ends')
  const reading = read(answer)
  await turn()
  answer.fail(failure)
  await assert.rejects(reading, failure)
})

test('a full answer has no room until enough of it is read: of bytes, or of chunks', async () => {
  for (const bytes of [streamWaitingMax.bytes / 4, 1]) {
    const answer = new StreamedAnswer()
    let written = 0
    let room: Promise<void> | undefined
    while (!room) {
      room = answer.write(Buffer.alloc(bytes))
      written += 1
    }
    assert.equal(written, bytes === 1 ? streamWaitingMax.chunks + 1 : 5)
    let isFree = false
    void room.then(() => (isFree = true))
    await turn()
    assert.equal(isFree, false)
    await answer[Symbol.asyncIterator]().next()
    await turn()
    assert.equal(isFree, true)
    assert.notEqual(answer.write(Buffer.alloc(bytes)), undefined)
  }
})

test('who leaves holds nobody up: what comes then is dropped', async () => {
  const answer = new StreamedAnswer()
  const room = answer.write(Buffer.alloc(streamWaitingMax.bytes + 1))
  assert.ok(room)
  const iterator = answer[Symbol.asyncIterator]()
  await iterator.return?.()
  await room
  assert.equal(answer.write(Buffer.alloc(streamWaitingMax.bytes + 1)), undefined)
  answer.complete(done)
  assert.deepEqual(await iterator.next(), { done: true, value: undefined })
})
