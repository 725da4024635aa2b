import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from '../../../../test/kit/fast-check.ts'
import { comparePositions, eventId, numberOf, positionOf } from './position.ts'

const position = fc.record(
  {
    timestamp: fc.nat({ max: 2 ** 51 }),
    streamId: fc
      .bigInt({ min: 1n, max: 2n ** 64n - 1n })
      .map((id) => id.toString(16).padStart(16, '0')),
    sequence: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  },
  { noNullPrototype: true },
)

test('a position and its number are one thing, and have one order', () => {
  fc.assert(
    fc.property(position, position, (a, b) => {
      assert.deepEqual(positionOf(numberOf(a)), a)
      const difference = numberOf(a) - numberOf(b)
      assert.equal(
        Math.sign(comparePositions(a, b)),
        difference < 0n ? -1 : difference > 0n ? 1 : 0,
      )
    }),
  )
})

test('an id of our time is of 56 digits, and begins as that of AWS for the same millisecond', () => {
  // 1637700000000 << 144; AWS's ids of that time begin with the same digits.
  const id = eventId({ timestamp: 1_637_700_000_000, streamId: '00000000000000ab', sequence: 3 })
  assert.match(id, /^\d{56}$/)
  assert.equal(BigInt(id) >> 144n, 1_637_700_000_000n)
})

test('numbers of no position are none', () => {
  for (const number of [-1n, 10n ** 60n, 2n ** 63n, 1n << 130n]) {
    assert.equal(positionOf(number), undefined)
  }
})
