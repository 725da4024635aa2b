import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from '../../../../test/kit/fast-check.ts'
import { ServiceError } from '../../../kernel/errors.ts'
import { patternCharsMax } from '../limits.ts'
import { compileFilterPattern } from './filter-pattern.ts'

const messages = [
  '[ERROR 400] BAD REQUEST',
  '[ERROR 401] UNAUTHORIZED REQUEST',
  '[ERROR 419] MISSING ARGUMENTS',
  '[ERROR 420] INVALID ARGUMENTS',
  'INTERNAL SERVER FAILURE: ERRORCODE -1',
  'said "hello" to user_1',
]

// Those on ERROR and ARGUMENTS are the examples of the user guide.
const cases: [pattern: string | undefined, matching: number[]][] = [
  [undefined, [0, 1, 2, 3, 4, 5]],
  ['', [0, 1, 2, 3, 4, 5]],
  ['  ', [0, 1, 2, 3, 4, 5]],
  ['" "', [0, 1, 2, 3, 4, 5]],
  ['ERROR', [0, 1, 2, 3, 4]],
  ['error', []],
  ['ERROR ARGUMENTS', [2, 3]],
  ['?ERROR ?hello', [0, 1, 2, 3, 4, 5]],
  ['?400 ?401', [0, 1]],
  ['ERROR -ARGUMENTS', [0, 1, 4]],
  ['-ERROR', [5]],
  ['"INTERNAL SERVER"', [4]],
  ['"SERVER INTERNAL"', []],
  ['ERROR -"BAD REQUEST" -"ARGUMENTS"', [1, 4]],
  ['?"BAD REQUEST" ?"said"', [0, 5]],
  // Options are ignored beside other terms.
  ['?400 REQUEST', [0, 1]],
  ['?400 -ARGUMENTS', [0, 1, 4, 5]],
  ['"\\"hello\\""', [5]],
  ['user_1', [5]],
  ['  ERROR\tARGUMENTS  ', [2, 3]],
]

for (const [pattern, matching] of cases) {
  test(`pattern ${String(pattern)}`, () => {
    const { matches } = compileFilterPattern(pattern)
    assert.deepEqual(
      messages.filter((message) => matches(message)),
      matching.map((index) => messages[index]),
    )
  })
}

test('refuses terms that must be quoted', () => {
  for (const term of [
    'a@b.c',
    'a/b',
    '"open',
    '""',
    'a"b"',
    '"a"b',
    '-',
    '?',
    '?-x',
    'ERROR*',
    '%x%',
  ]) {
    assert.throws(() => compileFilterPattern(`fine ${term}`), {
      code: 'InvalidParameterException',
      message: `Invalid filter pattern: Invalid character(s) in term '${term.replace(/^[-?](?=.)/, '')}'`,
    })
  }
})

test('any quoted phrase matches exactly the messages that hold it', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string(), fc.string(), (phrase, before, after) => {
      fc.pre(phrase.trim() !== '' && phrase.length < 500)
      const quoted = `"${phrase.replace(/["\\]/g, '\\$&')}"`
      const { matches } = compileFilterPattern(quoted)
      assert.ok(matches(before + phrase + after))
      assert.equal(matches(before), before.includes(phrase))
      assert.equal(compileFilterPattern(`-${quoted}`).matches(before), !before.includes(phrase))
    }),
  )
})

test('what it has in it', () => {
  const kinds: [pattern: string, kind: string, regexes: number][] = [
    ['ERROR -x', 'terms', 0],
    [' %a|b% ', 'regex', 1],
    ['{ $.a = %x% || $.b = %y% }', 'json', 2],
    ['[a=%x%, b=1]', 'delimited', 1],
  ]
  for (const [pattern, kind, regexes] of kinds) {
    const compiled = compileFilterPattern(pattern)
    assert.deepEqual([compiled.kind, compiled.regexes], [kind, regexes])
  }
  const dear = compileFilterPattern(`%${'a{50}|'.repeat(4)}b%`)
  assert.equal(dear.cost, 7)
  assert.equal(compileFilterPattern('ERROR').cost, 1)
})

test('fields are extracted of delimited patterns only', () => {
  assert.deepEqual(compileFilterPattern('[a]').extract('x'), { $a: 'x' })
  assert.deepEqual(compileFilterPattern('{ $.a = 1 }').extract('{"a":1}'), {})
  assert.deepEqual(compileFilterPattern('%x%').extract('x'), {})
  assert.equal(compileFilterPattern('x').extract('y'), undefined)
})

test('a regular expression stands alone', () => {
  for (const pattern of ['%a% b', '%a', '%', '%a%%b%']) {
    assert.throws(() => compileFilterPattern(pattern), { message: /stands alone between two %/ })
  }
  assert.throws(() => compileFilterPattern('x'.repeat(patternCharsMax + 1)), {
    message: /longer than 1024 characters/,
  })
})

// What patterns are made of, so that random ones get further than their first character.
const syntax = fc.constantFrom(
  ...[
    '{',
    '}',
    '[',
    ']',
    '(',
    ')',
    '%',
    '"',
    "'",
    '$',
    '.',
    '..',
    '...',
    '*',
    '=',
    '!=',
    '>',
    '<',
    '&&',
    '||',
  ],
  ...[
    ' ',
    ',',
    '-',
    '?',
    '\\',
    'IS',
    'NULL',
    'TRUE',
    'NOT',
    'EXISTS',
    'a',
    'b_1',
    '1',
    '2e3',
    '^',
    '|',
    '+',
    '\\d',
  ],
)
const soup = fc.array(syntax, { maxLength: 60 }).map((parts) => parts.join(''))
const pattern = fc.oneof(
  fc.string({ maxLength: patternCharsMax }),
  soup,
  soup.map((each) => `{ $.a ${each} }`),
  soup.map((each) => `[a${each}]`),
  soup.map((each) => `%${each}%`),
)
const event = fc.oneof(fc.string(), fc.json(), soup)

test('any text is a pattern or is refused, and a pattern takes any event', () => {
  fc.assert(
    fc.property(pattern, event, (text, message) => {
      try {
        const compiled = compileFilterPattern(text)
        assert.equal(compiled.extract(message) !== undefined, compiled.matches(message))
      } catch (error) {
        assert.ok(error instanceof ServiceError, String(error))
        assert.equal(error.code, 'InvalidParameterException')
      }
    }),
    { numRuns: 2000 },
  )
})
