import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from '../../test/kit/fast-check.ts'
import { ServiceError } from '../kernel/errors.ts'
import { decodeCbor } from './cbor.ts'
import { encodeCbor } from './smithy.ts'

const hex = (text: string) => decodeCbor(Buffer.from(text, 'hex'))

test('decodes the examples of RFC 8949, appendix A', () => {
  const examples: readonly (readonly [string, unknown])[] = [
    ['00', 0],
    ['17', 23],
    ['1818', 24],
    ['1903e8', 1000],
    ['1b000000e8d4a51000', 1_000_000_000_000],
    ['20', -1],
    ['3903e7', -1000],
    ['f90000', 0],
    ['f93c00', 1],
    ['fb3ff199999999999a', 1.1],
    ['fa47c35000', 100_000],
    ['f97c00', Infinity],
    ['f97e00', NaN],
    ['f4', false],
    ['f5', true],
    ['f6', null],
    ['6449455446', 'IETF'],
    ['62c3bc', 'ü'],
    ['80', []],
    ['8301820203820405', [1, [2, 3], [4, 5]]],
    ['a26161016162820203', { a: 1, b: [2, 3] }],
    ['7f657374726561646d696e67ff', 'streaming'],
    ['9fff', []],
    ['9f018202039f0405ffff', [1, [2, 3], [4, 5]]],
    ['bf61610161629f0203ffff', { a: 1, b: [2, 3] }],
  ]
  for (const [text, value] of examples) assert.deepEqual(hex(text), value, text)
  assert.deepEqual(
    Buffer.from(hex('5f42010243030405ff') as Uint8Array),
    Buffer.from([1, 2, 3, 4, 5]),
  )
})

test('refuses what is cut short, malformed, trailing, or nested without end', () => {
  for (const text of [
    '',
    '18',
    '62c3',
    '62c328',
    '81',
    'a161',
    '1c',
    'ff',
    '9f',
    '8 1ff',
    '0000',
    'a10102',
    'c101ff',
    'c249010000000000000000',
    '7f4101ff',
    'f8ff',
  ]) {
    assert.throws(() => hex(text.replace(' ', '')), ServiceError, text)
  }
  assert.throws(() => decodeCbor(Buffer.alloc(1_000_000, 0x81)), /nested/)
  assert.throws(() => hex('9affffffff00'), /cut short/)
})

test('decodes what is encoded', () => {
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'small' },
      fc.constantFrom(null, true, false, '__proto__'),
      fc.integer(),
      fc.maxSafeInteger(),
      fc.double({ noNaN: true }),
      fc.string({ unit: 'grapheme' }),
      fc.array(tie('any')),
      fc.dictionary(fc.string(), tie('any'), { noNullPrototype: true }),
    ),
  })).any
  fc.assert(
    fc.property(value, (each) => {
      // Negative zero has no integer encoding; the encoder writes integers where it can.
      assert.deepEqual(decodeCbor(encodeCbor(each)), normalised(each))
    }),
  )
})

function normalised(value: unknown): unknown {
  if (Object.is(value, -0)) return 0
  if (Array.isArray(value)) return value.map(normalised)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, normalised(each)]))
}
