import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PayloadChecker } from './payload-checker.ts'

const large = (text: string) => Buffer.from(`${' '.repeat(70_000)}${text}`)

test('a small payload is looked at where we stand', async () => {
  await using checker = new PayloadChecker()
  assert.equal(checker.check(Buffer.from('{"a":[1,"ü",null]}')), undefined)
  assert.match((await checker.check(Buffer.from('nope'))) ?? '', /^Unrecognized token 'nope'/)
  assert.match((await checker.check(Buffer.from([0x22, 0xff, 0x22]))) ?? '', /^Invalid UTF-8/)
})

test('a large one never occupies this thread', async (t) => {
  await using checker = new PayloadChecker()
  const parse = t.mock.method(JSON, 'parse')
  const answers = await Promise.all([
    checker.check(large('{"a":1}')),
    checker.check(large('nope')),
    checker.check(large('[1,]')),
    checker.check(large('2')),
  ])
  assert.equal(parse.mock.callCount(), 0)
  assert.equal(answers[0], undefined)
  assert.match(answers[1] ?? '', /^Unrecognized token 'nope'.*column: 70005\]$/s)
  assert.match(answers[2] ?? '', /^Unexpected character \('\]' \(code 93\)\)/)
  assert.equal(answers[3], undefined)
})

test('one of 6 MB that is a string without an end', async () => {
  await using checker = new PayloadChecker()
  const payload = Buffer.alloc(6_291_456, 'x')
  payload.write('"')
  assert.match((await checker.check(payload)) ?? '', /^Unexpected end-of-input/)
})

test('more than may wait are refused, and those that wait are answered', async () => {
  await using checker = new PayloadChecker()
  const payload = large('nope')
  const waiting = Array.from({ length: 256 }, async () => checker.check(payload))
  assert.throws(() => checker.check(payload), { code: 'ServiceException', status: 503 })
  for (const answer of await Promise.all(waiting)) assert.match(answer ?? '', /^Unrecognized/)
  assert.match((await checker.check(payload)) ?? '', /^Unrecognized/)
})

test('nobody waits for a checker that has ended', async () => {
  const checker = new PayloadChecker()
  const answer = checker.check(large('nope'))
  await checker[Symbol.asyncDispose]()
  await answer
})
