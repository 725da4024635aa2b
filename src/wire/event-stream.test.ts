import assert from 'node:assert/strict'
import { test } from 'node:test'
import { EventStreamCodec } from '@smithy/core/event-streams'
import fc from '../../test/kit/fast-check.ts'
import { ServiceError } from '../kernel/errors.ts'
import type { Member, ScalarType, StructureShape } from '../model/index.ts'
import { eventStreamBody } from './event-stream.ts'

const codec = new EventStreamCodec(
  (bytes) => Buffer.from(bytes as Uint8Array).toString('utf8'),
  (text) => Buffer.from(text, 'utf8'),
)

function scalar(name: string, type: ScalarType, traits: Partial<Member> = {}): Member {
  return { name, required: false, ...traits, shape: { type, name: `${name}Shape` } }
}

function event(name: string, members: readonly Member[], traits: object = {}): Member {
  return { name, required: false, shape: { type: 'structure', name, members, ...traits } }
}

const stream: StructureShape = {
  type: 'structure',
  name: 'Stream',
  eventstream: true,
  members: [
    event('Chunk', [scalar('Bytes', 'blob', { eventpayload: true })]),
    event('Text', [scalar('Words', 'string', { eventpayload: true })]),
    event('Headed', [
      scalar('Name', 'string', { eventheader: true }),
      scalar('Count', 'integer', { eventheader: true }),
      scalar('Flag', 'boolean', { eventheader: true }),
      scalar('At', 'timestamp', { eventheader: true }),
      scalar('Raw', 'blob', { eventheader: true }),
      scalar('Rest', 'string'),
    ]),
    event('Broken', [scalar('message', 'string')], { exception: true }),
  ],
}

const frames = eventStreamBody(stream, {
  contentType: 'application/json',
  structure: (members) => (value) =>
    JSON.stringify(Object.fromEntries(members.map(({ name }) => [name, value[name]]))),
})

async function decoded(events: AsyncIterable<object>) {
  const messages = []
  for await (const frame of frames(events)) {
    const { headers, body } = codec.decode(frame)
    const values = Object.entries(headers).map(([name, { value }]) => [name, value])
    messages.push({ headers: Object.fromEntries(values) as object, body: Buffer.from(body) })
  }
  return messages
}

async function* of(...events: readonly object[]) {
  yield* events
}

test('any payload arrives as it was, in a frame of its own', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 3000 })), async (chunks) => {
      const messages = await decoded(of(...chunks.map((Bytes) => ({ Chunk: { Bytes } }))))
      assert.deepEqual(
        messages.map((message) => message.body),
        chunks.map((chunk) => Buffer.from(chunk)),
      )
    }),
    { numRuns: 50 },
  )
})

test('headers of events, and members that travel in them', async () => {
  const at = new Date(1_700_000_000_000)
  const messages = await decoded(
    of(
      { Text: { Words: 'ü' } },
      { Headed: { Name: 'n', Count: -3, Flag: true, At: at, Raw: Buffer.from([1]), Rest: 'r' } },
      { Headed: { Rest: 's' } },
    ),
  )
  const fixed = (type: string, contentType: string) => ({
    ':event-type': type,
    ':content-type': contentType,
    ':message-type': 'event',
  })
  const [text, headed, bare] = messages
  assert.deepEqual(text, { headers: fixed('Text', 'text/plain'), body: Buffer.from('ü') })
  assert.ok(headed)
  const { Raw, ...headers } = headed.headers as { Raw: Uint8Array }
  assert.deepEqual([...Raw], [1])
  assert.deepEqual(headers, {
    ...fixed('Headed', 'application/json'),
    ...{ Name: 'n', Count: -3, Flag: true, At: at },
  })
  assert.equal(headed.body.toString(), '{"Rest":"r"}')
  assert.deepEqual(bare?.headers, fixed('Headed', 'application/json'))
})

test('a modelled error ends the stream as that exception', async () => {
  const events = (async function* () {
    yield { Chunk: { Bytes: 'a' } }
    throw new ServiceError('Broken', 'why')
  })()
  const messages = await decoded(events)
  assert.deepEqual(messages[1]?.headers, {
    ':exception-type': 'Broken',
    ':content-type': 'application/json',
    ':message-type': 'exception',
  })
  assert.equal(messages[1]?.body.toString(), '{"message":"why"}')
})

test('a failure of ours is InternalFailure to the client, without its text, and is thrown on', async () => {
  const events = (async function* () {
    yield { Chunk: { Bytes: 'a' } }
    throw new Error('secret path /x')
  })()
  const seen: Uint8Array[] = []
  await assert.rejects(async () => {
    for await (const frame of frames(events)) seen.push(frame)
  }, /secret path/)
  assert.equal(seen.length, 2)
  const last = seen[1] as Uint8Array
  assert.equal(codec.decode(last).headers[':error-code']?.value, 'InternalFailure')
  assert.doesNotMatch(Buffer.from(last).toString('latin1'), /secret/)
})

test('who leaves ends the events too, begun or not', async () => {
  for (const begun of [true, false]) {
    let left = 0
    const waits = new Promise<never>(() => undefined)
    const events = {
      [Symbol.asyncIterator]: () => ({
        next: async () => (begun ? { done: false, value: { Text: { Words: 'w' } } } : await waits),
        return: async () => {
          left += 1
          return { done: true as const, value: undefined }
        },
      }),
    }
    const iterator = frames(events)[Symbol.asyncIterator]()
    if (begun) await iterator.next()
    await iterator.return?.()
    assert.ok(left > 0)
  }
})
