import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import fc from '../../../../test/kit/fast-check.ts'
import { chunkBytesMax, chunkSpanMsMax } from '../limits.ts'
import type { Chunk } from '../state.ts'
import { decodeChunk, encodeChunks } from './chunk.ts'

const startMs = 1_795_255_200_000

function decoded(chunks: readonly Chunk[]): [number, string][] {
  return chunks.flatMap(({ encoded, firstMs, count }) => {
    const chunk = decodeChunk(encoded, firstMs)
    assert.equal(chunk.count, count)
    return Array.from({ length: count }, (_, index): [number, string] => [
      chunk.timeAt(index),
      chunk.messageAt(index),
    ])
  })
}

test('any events come back, sorted by time, equal times in the order of arrival', () => {
  const event = fc.tuple(
    fc.integer({ min: -2 * chunkSpanMsMax, max: 2 * chunkSpanMsMax }),
    fc.string({ unit: 'grapheme', maxLength: 40 }),
  )
  const events = fc.array(event, { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(events, (offsets) => {
      const given = offsets.map(([offset, message]): [number, string] => [
        startMs + offset,
        message,
      ])
      const chunks = encodeChunks(
        given.map(([time]) => time),
        given.map(([, message]) => message),
      )
      assert.deepEqual(
        decoded(chunks),
        given.toSorted(([a], [b]) => a - b),
      )
      for (const { firstMs, lastMs } of chunks) assert.ok(lastMs - firstMs <= chunkSpanMsMax)
      const bytes = given.reduce((sum, [, message]) => sum + Buffer.byteLength(message) + 26, 0)
      assert.equal(
        chunks.reduce((sum, chunk) => sum + chunk.bytes, 0),
        bytes,
      )
    }),
  )
})

test('what is not Unicode keeps its length, so its neighbours stay whole', () => {
  const messages = ['half a pair: \ud83d', '\ude00 the other', 'after']
  const chunks = encodeChunks([startMs, startMs, startMs], messages)
  const [first, , last] = decoded(chunks).map(([, message]) => message)
  assert.equal(first?.length, messages[0]?.length)
  assert.equal(last, 'after')
})

test('much text becomes several chunks, a long event one of its own', () => {
  const big = 'x'.repeat(chunkBytesMax * 2)
  const half = 'y'.repeat(chunkBytesMax / 2)
  const chunks = encodeChunks([1, 2, 3, 4, 5], ['a', big, half, half, half])
  assert.deepEqual(
    chunks.map((chunk) => chunk.count),
    [1, 1, 2, 1],
  )
  assert.deepEqual(
    decoded(chunks).map(([time]) => time),
    [1, 2, 3, 4, 5],
  )
})

test('nothing becomes no chunk', () => {
  assert.deepEqual(encodeChunks([], []), [])
})

test('damaged bytes are a broken fact, not a read beyond the end', () => {
  const [chunk] = encodeChunks([startMs, startMs], ['one', 'two'])
  assert.ok(chunk)
  const damage = fc.tuple(fc.nat({ max: chunk.encoded.length - 1 }), fc.nat({ max: 255 }))
  fc.assert(
    fc.property(damage, ([index, byte]) => {
      const bytes = Uint8Array.from(chunk.encoded)
      bytes[index] = byte
      try {
        const decodedChunk = decodeChunk(bytes, chunk.firstMs)
        for (let event = 0; event < decodedChunk.count; event += 1) {
          assert.equal(typeof decodedChunk.messageAt(event), 'string')
        }
      } catch (error) {
        assert.equal((error as Error).name, 'AssertionError')
      }
    }),
  )
})
