/** What is remembered of a connection changes nothing of what its lines mean. */
import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { it } from 'node:test'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import fc from '../../test/kit/fast-check.ts'
import { HeaderLines } from './header-lines.ts'
import { headerLinesKeptMax, headerLinesLearntMax, headerLinesMax } from './limits.ts'

const read = (lines: readonly string[], reader = new HeaderLines()) => {
  const text = lines.map((line) => `${line}\r\n`).join('')
  return reader.read(text, 0)?.map(({ name, value }) => [name, value])
}

it('reads names in lower case, and values without the blanks around them', () => {
  assert.deepEqual(read(['Host: a', 'X-Y:\t b c \t', 'E:', 'Z:\xa0\xff']), [
    ['host', 'a'],
    ['x-y', 'b c'],
    ['e', ''],
    ['z', '\xa0\xff'],
  ])
  assert.deepEqual(read([]), [])
})

it('begins where it is told', () => {
  const lines = new HeaderLines().read('GET / HTTP/1.1\r\nA: b\r\n', 'GET / HTTP/1.1\r\n'.length)
  assert.deepEqual(lines?.[0]?.name, 'a')
})

const malformed: Readonly<Record<string, string>> = {
  'no colon': 'abc',
  'no name': ': b',
  'a colon in the next line only': 'abc\r\nd: e',
  'a folded line': ' a: b',
  'a space before the colon': 'a : b',
  'a control character in the name': 'a\x01: b',
  'a byte beyond ASCII in the name': '\xe9: b',
  'a bare line feed': 'a: b\nc: d',
  'a bare carriage return': 'a: b\rc',
  'a NUL in the value': 'a: b\0',
  'a DEL in the value': 'a: \x7f',
}
for (const [what, line] of Object.entries(malformed)) {
  it(`refuses ${what}, also where a good line stood before`, () => {
    assert.equal(read([line]), undefined)
    const reader = new HeaderLines()
    assert.deepEqual(read(['a: b'], reader), [['a', 'b']])
    assert.equal(read([line], reader), undefined)
    assert.deepEqual(read(['a: b'], reader), [['a', 'b']])
  })
}

it('tells lines from those that begin as known ones do', () => {
  const reader = new HeaderLines()
  const heads = [['ab: c'], ['ab: cd'], ['ab: c'], ['ab:c'], ['a: b'], ['abc: d'], ['AB: c']]
  for (const head of [...heads, ...heads]) {
    assert.deepEqual(read(head, reader), read(head), head.join())
  }
})

const piece = fc.constantFrom('a', 'B', 'ab', ':', ': ', ' ', '\t', 'x', '\r', '\n', '\0', '\xff')
const line = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom('Host: h', 'Host: i', 'A: b', 'a: b', 'Date: 1', 'X:') },
  { weight: 1, arbitrary: fc.array(piece, { maxLength: 5 }).map((pieces) => pieces.join('')) },
)

it('reads each head as if it was the first', () => {
  fc.assert(
    fc.property(fc.array(fc.array(line, { maxLength: 5 }), { maxLength: 12 }), (heads) => {
      const reader = new HeaderLines()
      for (const head of heads) assert.deepEqual(read(head, reader), read(head))
    }),
    { numRuns: 3000 },
  )
})

it('reads more lines than it keeps, longer ones, and ever new ones', () => {
  const reader = new HeaderLines()
  for (let round = 0; round < headerLinesLearntMax; round += 1) {
    const head = Array.from({ length: headerLinesKeptMax + 2 }, (_, i) => `N${round}-${i}: ${i}`)
    head.push(`Long: ${'x'.repeat(10_000)}`)
    assert.deepEqual(read(head, reader), read(head))
  }
})

it('refuses more lines than it takes', () => {
  const lines = Array.from({ length: headerLinesMax }, () => 'a:')
  assert.equal(read(lines)?.length, headerLinesMax)
  assert.equal(read([...lines, 'a:']), undefined)
})

it('keeps no more of a connection than a few lines', () => {
  setFlagsFromString('--expose-gc')
  const gc = runInNewContext('gc') as () => void
  const readers: HeaderLines[] = []
  gc()
  const before = process.memoryUsage().heapUsed
  for (let i = 0; i < 200; i += 1) {
    const reader = new HeaderLines()
    // Each head is 16 kB, and differs from the last in each of its lines.
    for (let round = 0; round < 30; round += 1) {
      const head = Array.from({ length: 30 }, (_, at) => `N${round}-${at}: ${'v'.repeat(500)}`)
      const text = Buffer.from(head.map((each) => `${each}\r\n`).join(''), 'latin1')
      assert.ok(reader.read(text.toString('latin1'), 0))
    }
    readers.push(reader)
  }
  gc()
  const kept = (process.memoryUsage().heapUsed - before) / readers.length
  assert.ok(kept < 64 * 1024, `${kept} bytes of a connection`)
})
