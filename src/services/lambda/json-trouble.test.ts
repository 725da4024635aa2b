import assert from 'node:assert/strict'
import { isUtf8 } from 'node:buffer'
import { describe, test } from 'node:test'
import fc from '../../../test/kit/fast-check.ts'
import { jsonTrouble } from './json-trouble.ts'

const value = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
const at = (line: number, column: number) =>
  `\n at [Source: REDACTED (\`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION\` disabled); line: ${line}, column: ${column}]`

describe('observed', () => {
  test('a byte that begins nothing', () => {
    assert.equal(
      jsonTrouble(Buffer.from([153])),
      `Unexpected character ((CTRL-CHAR, code 153)): expected a valid value ${value}${at(1, 1)}`,
    )
  })

  test('a byte that is no UTF-8 within a string', () => {
    assert.equal(
      jsonTrouble(Buffer.from([0x22, 0x61, 0x87, 0x22])),
      `Invalid UTF-8 start byte 0x87${at(1, 3)}`,
    )
  })

  test('a word that is no token, with the column behind what ended it', () => {
    const words = (token: string) => `Unrecognized token '${token}': was expecting ${value}`
    assert.equal(jsonTrouble(Buffer.from('test data')), `${words('test')}${at(1, 6)}`)
    assert.equal(jsonTrouble(Buffer.from('z{')), `${words('z')}${at(1, 3)}`)
  })

  test('two values in a row', () => {
    assert.match(
      jsonTrouble(Buffer.from('0D')) ?? '',
      /^Unexpected character \('D' \(code 68\)\): Expected space separating root-level values\n/,
    )
  })
})

describe('in the parser`s style', () => {
  const cases: [string, string][] = [
    ['{"a": nope}', `Unrecognized token 'nope': was expecting ${value}${at(1, 12)}`],
    ['nulls', `Unrecognized token 'nulls': was expecting ${value}${at(1, 6)}`],
    ['<html>', `Unexpected character ('<' (code 60)): expected a valid value ${value}${at(1, 1)}`],
    ['[1,]', `Unexpected character (']' (code 93)): expected a valid value ${value}${at(1, 4)}`],
    ['€', `Unexpected character ('€' (code 8364)): expected a valid value ${value}${at(1, 1)}`],
    ['-', `Unexpected character ('-' (code 45)): expected a valid value ${value}${at(1, 1)}`],
    [
      '{\n  a: 1}',
      `Unexpected character ('a' (code 97)): was expecting double-quote to start field name${at(2, 3)}`,
    ],
    [
      "{'a': 1}",
      `Unexpected character (''' (code 39)): was expecting double-quote to start field name${at(1, 2)}`,
    ],
    [
      '{"a" 1}',
      `Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value${at(1, 6)}`,
    ],
    [
      '{"a":1 "b":2}',
      `Unexpected character ('"' (code 34)): was expecting comma to separate Object entries${at(1, 8)}`,
    ],
    [
      '[1 2]',
      `Unexpected character ('2' (code 50)): was expecting comma to separate Array entries${at(1, 4)}`,
    ],
    [
      '[1}',
      `Unexpected character ('}' (code 125)): was expecting comma to separate Array entries${at(1, 3)}`,
    ],
    [
      '"a\tb"',
      `Illegal unquoted character ((CTRL-CHAR, code 9)): has to be escaped using backslash to be included in string value${at(1, 3)}`,
    ],
    ['"\\x"', `Unrecognized character escape 'x' (code 120)${at(1, 3)}`],
    ['{"a":', `Unexpected end-of-input${at(1, 6)}`],
    ['"open', `Unexpected end-of-input${at(1, 6)}`],
    [' \n', `Unexpected end-of-input${at(2, 1)}`],
  ]
  for (const [text, words] of cases) {
    test(JSON.stringify(text), () => assert.equal(jsonTrouble(Buffer.from(text)), words))
  }
})

test('finds nothing wrong with JSON (property)', () => {
  fc.assert(
    fc.property(fc.json({ stringUnit: 'binary' }), (text) => {
      assert.equal(jsonTrouble(Buffer.from(text)), undefined)
    }),
  )
})

test('and something with everything that JSON.parse refuses (property)', () => {
  const damaged = fc
    .tuple(fc.json(), fc.nat(), fc.uint8Array({ maxLength: 4 }), fc.nat(3))
    .map(([text, where, bytes, dropped]) => {
      const whole = Buffer.from(text)
      const index = where % (whole.length + 1)
      return Buffer.concat([whole.subarray(0, index), bytes, whole.subarray(index + dropped)])
    })
  fc.assert(
    fc.property(damaged, (bytes) => {
      assert.equal(jsonTrouble(bytes) === undefined, isJson(bytes))
    }),
    { numRuns: 2000 },
  )
})

test('fuzz: any bytes, and nesting without end', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
      assert.equal(jsonTrouble(bytes) === undefined, isJson(bytes))
    }),
    { numRuns: 2000 },
  )
  assert.match(jsonTrouble(Buffer.from('['.repeat(1_000_000))) ?? '', /^Unexpected end-of-input/)
})

test('looks at its own part of a larger buffer', () => {
  const whole = Buffer.from('xx[1,]xx')
  assert.match(jsonTrouble(whole.subarray(2, 6)) ?? '', /column: 4\]$/)
})

function isJson(bytes: Uint8Array): boolean {
  if (!isUtf8(bytes)) return false
  try {
    JSON.parse(Buffer.from(bytes).toString())
    return true
  } catch {
    return false
  }
}
