import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import fc from '../../../test/kit/fast-check.ts'
import { logEventBytesMax } from '../limits.ts'
import { OutputDecoder } from './output-decoder.ts'

interface Event {
  readonly message: string
  readonly timestampMs: number | undefined
}

function collect() {
  const events: Event[] = []
  const decoder = new OutputDecoder((message, timestampMs) => {
    events.push({ message, timestampMs })
  })
  return { decoder, events, messages: () => events.map(({ message }) => message) }
}

function frame(message: string, timestampMs: number, type = 0xa55a0003): Buffer {
  const text = Buffer.from(message)
  const head = Buffer.alloc(16)
  head.writeUInt32BE(type, 0)
  head.writeUInt32BE(text.length, 4)
  head.writeBigUInt64BE(BigInt(timestampMs) * 1000n, 8)
  return Buffer.concat([head, text])
}

test('plain output is one event a line; what is left is one at the end', () => {
  const { decoder, messages } = collect()
  decoder.push(Buffer.from('one\ntwo\r\n\nthr'))
  decoder.push(Buffer.from('ee'))
  assert.deepEqual(messages(), ['one', 'two'])
  decoder.flush()
  decoder.flush()
  assert.deepEqual(messages(), ['one', 'two', 'three'])
})

test('a frame is one event, whatever line ends it holds, with its own time', () => {
  const { decoder, events } = collect()
  decoder.push(Buffer.concat([frame('a\nb\n', 1_700_000_000_123), Buffer.from('raw\n')]))
  decoder.push(frame('{"level":"INFO"}', 1_700_000_000_456, 0xa55a000e))
  assert.deepEqual(events, [
    { message: 'a\nb\n', timestampMs: 1_700_000_000_123 },
    { message: 'raw', timestampMs: undefined },
    { message: '{"level":"INFO"}', timestampMs: 1_700_000_000_456 },
  ])
})

test('a line without end becomes events of the largest size', () => {
  const { decoder, messages } = collect()
  for (let sent = 0; sent < 2.5 * logEventBytesMax; sent += 65_536) {
    decoder.push(Buffer.alloc(65_536, 'x'))
  }
  assert.deepEqual(
    messages().map((message) => message.length),
    [logEventBytesMax, logEventBytesMax],
  )
})

test('a frame that claims more than an event may hold is read as text', () => {
  const { decoder, messages } = collect()
  const lie = frame('x', 1)
  lie.writeUInt32BE(0xffffffff, 4)
  decoder.push(Buffer.concat([lie, Buffer.from('\nnext\n')]))
  assert.equal(messages().at(-1), 'next')
})

const piece = fc.oneof(
  fc.string({ maxLength: 40 }).map((text) => ({ framed: true, text: `${text}!\n` })),
  fc
    .string({ minLength: 1, maxLength: 40 })
    .map((text) => ({ framed: false, text: text.replaceAll(/[\r\n]/g, '_') })),
)

test('however the bytes are cut, the same events come out', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat(600)), (pieces, cuts) => {
      const stream = Buffer.concat(
        pieces.map(({ framed, text }) => (framed ? frame(text, 5) : Buffer.from(`${text}\n`))),
      )
      const { decoder, messages } = collect()
      let from = 0
      for (const to of cuts.map((cut) => cut % (stream.length + 1)).toSorted((a, b) => a - b)) {
        decoder.push(Buffer.from(stream.subarray(from, to)))
        from = to
      }
      decoder.push(stream.subarray(from))
      assert.deepEqual(
        messages(),
        pieces.map(({ text }) => text),
      )
    }),
  )
})

test('random bytes never throw, and never more comes out than went in', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 100 })), (chunks) => {
      const { decoder, messages } = collect()
      for (const chunk of chunks) decoder.push(Buffer.from(chunk))
      decoder.flush()
      const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0)
      assert.ok(messages().join('').length <= bytes)
    }),
  )
})
