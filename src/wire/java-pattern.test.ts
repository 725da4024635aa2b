import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import type { ServiceTable } from '../model/index.ts'
import { compileJavaPattern } from './java-pattern.ts'

/** Every pattern of a served service and of the fixtures. */
function servedPatterns(): ReadonlySet<string> {
  const patterns = new Set<string>()
  for (const folder of ['../model/tables/', '../../test/fixtures/model/']) {
    const url = new URL(folder, import.meta.url)
    for (const file of readdirSync(url)) {
      const table = JSON.parse(readFileSync(new URL(file, url), 'utf8')) as ServiceTable
      for (const { pattern } of Object.values(table.shapes)) {
        if (pattern !== undefined) patterns.add(pattern)
      }
    }
  }
  return patterns
}

test('every pattern of the models compiles', () => {
  const patterns = servedPatterns()
  assert.ok(patterns.size > 100)
  assert.deepEqual(
    [...patterns].filter((pattern) => compileJavaPattern(pattern) === undefined),
    [],
  )
})

test('a pattern must match the whole value, as Java has it', () => {
  const pattern = compileJavaPattern('a|bc')
  assert.deepEqual(
    ['a', 'bc', 'abc', 'a\n', '', 'xbc'].map((text) => pattern?.test(text)),
    [true, true, false, false, false, false],
  )
})

test("Java's dialect", () => {
  const accepts = (pattern: string, text: string) => compileJavaPattern(pattern)?.test(text)
  assert.equal(accepts('[0-9a-zA-Z-_]+', 'a-_9'), true)
  assert.equal(accepts('[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*', 'ключ 値=1+@-'), true)
  assert.equal(accepts('[\\p{L}\\p{Z}\\p{N}_.:/=+\\-@]*', 'a{'), false)
  assert.equal(accepts('(?i)abc', 'aBC'), true)
  assert.equal(accepts('[\\p{Alnum}]+\\@\\_', 'ä1@_'), true)
  assert.equal(accepts('[\\u0020-\\uFFFD\\u10000-\\u10FFFF]+', '💥'), true)
  assert.equal(accepts('[', 'a'), undefined)
})

test('a pattern that backtracks without end is finished in linear time', () => {
  // 2^100 steps for a backtracking engine: without the linear one this test never ends.
  assert.equal(compileJavaPattern('(a+)+')?.test(`${'a'.repeat(100)}!`), false)
})

test('patterns that could run away outside the linear engine are not compiled', () => {
  for (const pattern of ['(a+)+(?!b)', '(\\p{L}+)*', '(a*)\\1(b+){2,}']) {
    assert.equal(compileJavaPattern(pattern), undefined, pattern)
  }
})
