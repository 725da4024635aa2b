import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import fc from '../../../test/kit/fast-check.ts'
import { ServiceError } from '../../kernel/errors.ts'
import {
  eventToken,
  filterToken,
  listToken,
  readEventToken,
  readFilterToken,
  readListToken,
} from './tokens.ts'

test('list tokens come back, and are of one list only', () => {
  fc.assert(
    fc.property(fc.integer(), fc.string({ unit: 'binary', maxLength: 512 }), (number, text) => {
      const token = listToken('a', number, text)
      assert.match(token, /^[\w-]+$/)
      assert.deepEqual(readListToken('a', ['number', 'string'], token), [number, text])
      assert.throws(() => readListToken('b', ['number', 'string'], token), ServiceError)
      assert.throws(() => readListToken('a', ['string'], token), ServiceError)
    }),
  )
})

test('event tokens come back', () => {
  const number = 12_345n << 144n
  for (const direction of ['forward', 'backward'] as const) {
    const token = { direction, number }
    assert.deepEqual(readEventToken(eventToken(direction, number)), token)
    const last = { timestamp: 12_345, streamId: '00000000000000ff', sequence: 7 }
    assert.deepEqual(readFilterToken(filterToken(direction, last)), { direction, last })
  }
})

test('any text is a token or is refused', () => {
  const readers = [
    readEventToken,
    readFilterToken,
    (token: string) => readListToken('a', ['string'], token),
  ]
  const base64 = fc.json().map((json) => Buffer.from(json).toString('base64url'))
  const digits = fc.stringMatching(/^[fb]\/\d{50,70}\/s$/)
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), base64, digits),
      fc.constantFrom(...readers),
      (token, read) => {
        try {
          read(token)
        } catch (error) {
          assert.ok(error instanceof ServiceError)
          assert.equal(error.message, 'The specified nextToken is invalid.')
        }
      },
    ),
  )
  assert.throws(
    () => readListToken('a', ['string'], listToken('a', 'x'.repeat(10_000))),
    ServiceError,
  )
})
