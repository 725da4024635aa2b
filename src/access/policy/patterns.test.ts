import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from '../../../test/kit/fast-check.ts'
import { matchesArn, matchesPattern } from './patterns.ts'

test('matches what a regular expression of the same meaning matches', () => {
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 8 })
  const text = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 8 })
  fc.assert(
    fc.property(pattern, text, (wanted, actual) => {
      const expression = wanted.replaceAll('*', '.*').replaceAll('?', '.')
      assert.equal(matchesPattern(wanted, actual), new RegExp(`^${expression}$`).test(actual))
    }),
    { numRuns: 2000 },
  )
})

test('many stars and a long text are no trouble', () => {
  assert.equal(matchesPattern('*a'.repeat(1000), 'a'.repeat(20_000) + 'b'), false)
})

test("an ARN's wildcards stay within its parts, but for the last", () => {
  const arn = 'arn:aws:lambda:eu-west-1:111122223333:function:one:two'
  for (const pattern of [
    arn,
    'arn:aws:lambda:*:111122223333:function:*',
    'arn:*:lambda:eu-west-?:111122223333:*',
  ]) {
    assert.ok(matchesArn(pattern, arn), pattern)
  }
  for (const pattern of ['*', 'arn:aws:lambda:*', 'arn:aws:*:111122223333:function:*', '']) {
    assert.ok(!matchesArn(pattern, arn), pattern)
  }
})
