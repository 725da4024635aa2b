import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as fc from 'fast-check'
import { ServiceError } from '../../../kernel/errors.ts'
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
    const matches = compileFilterPattern(pattern)
    assert.deepEqual(
      messages.filter((message) => matches(message)),
      matching.map((index) => messages[index]),
    )
  })
}

test('refuses the kinds of pattern that are not matched yet, in words', () => {
  const refusals: [pattern: string, words: RegExp][] = [
    ['{ $.level = "ERROR" }', /^JSON patterns are not supported/],
    [' [ip, user, status = 4*]', /^Space-delimited patterns are not supported/],
    ['%AUTH.*%', /^Regular expressions are not supported/],
  ]
  for (const [pattern, message] of refusals) {
    assert.throws(() => compileFilterPattern(pattern), {
      code: 'InvalidParameterException',
      message,
    })
  }
})

test('refuses terms that must be quoted', () => {
  for (const term of ['a@b.c', 'a/b', '"open', '""', 'a"b"', '"a"b', '-', '?', '?-x', 'ERROR*']) {
    assert.throws(() => compileFilterPattern(`fine ${term}`), {
      code: 'InvalidParameterException',
      message: `Invalid filter pattern: Invalid character(s) in term '${term.replace(/^[-?](?=.)/, '')}'`,
    })
  }
})

test('any quoted phrase matches exactly the messages that hold it', () => {
  fc.assert(
    fc.property(fc.string({ minLength: 1 }), fc.string(), fc.string(), (phrase, before, after) => {
      fc.pre(phrase.trim() !== '')
      const quoted = `"${phrase.replace(/["\\]/g, '\\$&')}"`
      const matches = compileFilterPattern(quoted)
      assert.ok(matches(before + phrase + after))
      assert.equal(matches(before), before.includes(phrase))
      assert.equal(compileFilterPattern(`-${quoted}`)(before), !before.includes(phrase))
    }),
  )
})

test('any text is a pattern or is refused', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 1024 }), (pattern) => {
      try {
        compileFilterPattern(pattern)('message')
      } catch (error) {
        assert.ok(error instanceof ServiceError)
      }
    }),
  )
})
