import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from '../../../../test/kit/fast-check.ts'
import { regexPositionsMax } from '../limits.ts'
import { LinearRegex } from './regex.ts'

// The examples of the user guide, but for one: `%gra|ey%` it says to match "gray" or "grey", as it does.
const guide: [source: string, matching: string[], others: string[]][] = [
  [
    'AUTHORIZED',
    ['[ERROR 401] UNAUTHORIZED REQUEST', '[SUCCESS 200] AUTHORIZED REQUEST'],
    ['AUTH'],
  ],
  ['^[hc]at', ['hat', 'cats'], ['the cat', 'bat']],
  ['[hc]at$', ['hat', 'the cat'], ['cats', 'bat']],
  ['colou?r', ['color', 'colour'], ['colouur']],
  ['[abcx-z]', ['a', 'y'], ['d', 'w']],
  ['^a{3,5}$', ['aaa', 'aaaa', 'aaaaa'], ['aa', 'aaaaaa']],
  ['^a{3, 5}$', ['aaa', 'aaaaa'], ['aa', 'aaaaaa']],
  ['gra|ey', ['gray', 'grey'], ['gr']],
  [
    '^starting|^initializing|^shutting down',
    ['starting ...', 'initializing ...', 'shutting down'],
    ['skipping initializing ...'],
  ],
  ['abcc|ab[^c]$', ['abcc ...', 'aba'], ['aac ...', 'abc']],
  ['\\[.\\]', ['[a]', '[7]', '[@]', '[]]', '[ ]'], ['[]', 'a']],
  ['10\\.10\\.0\\.1', ['at 10.10.0.1:80'], ['10010,051']],
  ['10.10.0.1', ['10010,051'], ['10 10']],
  ['ab*c', ['ac', 'abc', 'abbbc'], ['adc']],
  ['ab[0-9]*', ['ab', 'ab0', 'ab129'], ['a0']],
  ['ab+c', ['abc', 'abbc', 'abbbc'], ['ac']],
  ['.at', ['hat', '4at', '#at', ' at'], ['at']],
  ['\\x3A', [':'], [';']],
  ['\\x28', ['('], [')']],
]

for (const [source, matching, others] of guide) {
  test(`%${source}%`, () => {
    const regex = new LinearRegex(source)
    for (const text of matching) assert.equal(regex.matches(text), true, text)
    for (const text of others) assert.equal(regex.matches(text), false, text)
  })
}

test('a character that takes two units is one, and $ may stand before a last line end', () => {
  assert.equal(new LinearRegex('^a.b$').matches('a🙂b\n'), true)
  assert.equal(new LinearRegex('^.$').matches('🙂'), true)
  assert.equal(new LinearRegex('^..$').matches('🙂'), false)
  assert.equal(new LinearRegex('^a$').matches('a\n\n'), false)
})

test('what the user guide does not have is refused', () => {
  const sources = [
    'something!',
    '(a)',
    'a\\(b',
    '',
    'a|',
    '|a',
    'a**',
    '*a',
    'a{2',
    'a{,}',
    'a{3,2}',
    'é',
    'a"b',
  ]
  sources.push(
    '[',
    '[]',
    '[^]',
    '[z-a]',
    '[a-\\d]',
    'a]',
    '}',
    'a^b',
    'a$b',
    '\\',
    '\\b',
    '\\xg0',
    '\\x80',
    'a{10000}',
  )
  for (const source of sources) {
    assert.throws(
      () => new LinearRegex(source),
      { code: 'InvalidParameterException', message: /^Invalid filter pattern: / },
      source,
    )
  }
})

test('an expression is no longer than it may be, repetitions written out', () => {
  const most = regexPositionsMax - 1
  const regex = new LinearRegex(`a{${most}}`)
  assert.equal(regex.matches('a'.repeat(most)), true)
  assert.equal(regex.matches('a'.repeat(most - 1)), false)
  const longer = [`a{${most}}b?`, `a{9999}`, `a{${most},}|b`, '[ab]{200}|c{100}']
  for (const source of longer) {
    assert.throws(() => new LinearRegex(source), { message: /is longer than 256 characters/ })
  }
})

test('what makes backtracking matchers take forever is read once', () => {
  const regex = new LinearRegex(`${'a*'.repeat(120)}b`)
  assert.equal(regex.matches('a'.repeat(100_000)), false)
  assert.equal(regex.matches(`${'a'.repeat(100_000)}b`), true)
})

const alphabet = 'ab01_ '
const set = fc.oneof(
  fc.constantFrom(...alphabet.split('')),
  fc.constantFrom(
    '.',
    '[ab]',
    '[^a0]',
    '[a-b]',
    '[^ _-]',
    '[.*]',
    '\\d',
    '\\D',
    '\\w',
    '\\W',
    '\\s',
    '\\S',
    '\\x61',
    '\\.',
  ),
)
const count = fc.integer({ min: 0, max: 3 })
const repetition = fc.oneof(
  fc.constantFrom('', '', '', '*', '+', '?'),
  count.map((times) => `{${times}}`),
  count.map((times) => `{${times},}`),
  fc.tuple(count, count).map(([least, more]) => `{${least},${least + more}}`),
)
const branch = fc
  .tuple(
    fc.constantFrom('', '', '^'),
    fc.array(fc.tuple(set, repetition), { minLength: 1, maxLength: 30 }),
    fc.constantFrom('', '', '$'),
  )
  .map(([start, pieces, end]) => start + pieces.flat().join('') + end)
const text = fc.string({
  unit: fc.constantFrom(...alphabet.split(''), 'a', 'b', '*'),
  maxLength: 40,
})

test('it finds what the engine of JavaScript finds', () => {
  fc.assert(
    fc.property(
      fc.array(branch, { minLength: 1, maxLength: 4 }),
      fc.array(text),
      (branches, texts) => {
        const source = branches.join('|')
        const regex = new LinearRegex(source)
        const oracle = new RegExp(source, 's')
        for (const each of texts) assert.equal(regex.matches(each), oracle.test(each), each)
      },
    ),
    { numRuns: 2000 },
  )
})
