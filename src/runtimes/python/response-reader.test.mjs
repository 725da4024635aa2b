/** The response reader alone: pieces of any size, limits, and bytes that are no HTTP. On every Python. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import fc from '../../../test/kit/fast-check.ts'
import { testSeed } from '../../../test/kit/seed.ts'
import { onEachPython, packed } from './test-kit.mjs'

const HEAD_BYTES_MAX = 64 * 1024
const BODY_BYTES_MAX = 64 * 1024 * 1024

/**
 * All cases in one process: a run of fast-check's own would start one for each.
 * @param {import('./interpreters.ts').Interpreter} python
 * @param {(string | Uint8Array)[][]} cases pieces of a stream each
 */
function read(python, cases) {
  const program = join(import.meta.dirname, 'read-cases.py')
  const input = JSON.stringify(
    cases.map((pieces) => pieces.map((piece) => Buffer.from(piece).toString('hex'))),
  )
  const { stdout, stderr, status } = spawnSync(python.executable, ['-S', program, packed], {
    input,
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  })
  assert.equal(status, 0, stderr)
  /** @type {{responses: {status: number, headers: Record<string, string>, body: string}[], end: string}[]} */
  const results = JSON.parse(stdout)
  return results
}

/** Cuts `bytes` at the given fractions. */
function cut(bytes, fractions) {
  const places = fractions
    .map((fraction) => Math.floor(fraction * bytes.length))
    .toSorted((a, b) => a - b)
  return [0, ...places].map((place, i) => bytes.subarray(place, places[i] ?? bytes.length))
}

const plain = (body, status = 200) =>
  Buffer.concat([
    Buffer.from(
      `HTTP/1.1 ${status} OK\r\nlambda-runtime-AWS-request-id: id\r\nContent-Length:${body.length}\r\n\r\n`,
    ),
    body,
  ])

function chunked(body, sizes) {
  const parts = ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n']
  let offset = 0
  for (const size of [...sizes, body.length]) {
    const part = body.subarray(offset, offset + size)
    if (part.length > 0) parts.push(`${part.length.toString(16)};x=y\r\n`, part, '\r\n')
    offset += part.length
  }
  parts.push('0\r\nA: b\r\n\r\n')
  return Buffer.concat(parts.map((part) => Buffer.from(part)))
}

const bodies = fc.oneof(
  fc.uint8Array({ maxLength: 300 }),
  fc.integer({ min: 60_000, max: 200_000 }).map((length) => Buffer.alloc(length, 'x')),
)
const response = fc.oneof(
  fc
    .tuple(bodies, fc.constantFrom(200, 202))
    .map(([body, status]) => ({ body, bytes: plain(body, status) })),
  fc
    .tuple(bodies, fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 5 }))
    .map(([body, sizes]) => ({ body, bytes: chunked(body, sizes) })),
)
const streams = fc.tuple(
  fc.array(response, { maxLength: 5 }),
  fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }),
)

onEachPython('any bodies, plain or chunked, one after the other, cut anywhere', (python) => {
  const cases = fc.sample(streams, { numRuns: 200 })
  const results = read(
    python,
    cases.map(([all, places]) => cut(Buffer.concat(all.map((one) => one.bytes)), places)),
  )
  for (const [index, [all]] of cases.entries()) {
    const { responses, end } = results[index]
    const where = `LAMBDAD_TEST_SEED=${testSeed}, case ${index}`
    assert.deepEqual(
      responses.map(({ body }) => body),
      all.map((one) => Buffer.from(one.body).toString('hex')),
      where,
    )
    assert.equal(end, 'closed', where)
  }
})

onEachPython('byte by byte', (python) => {
  const bytes = Buffer.concat([plain(Buffer.from('one')), chunked(Buffer.from('two'), [1])])
  const [{ responses, end }] = read(python, [[...bytes].map((byte) => Buffer.of(byte))])
  assert.deepEqual(
    responses.map(({ body }) => Buffer.from(body, 'hex').toString()),
    ['one', 'two'],
  )
  assert.equal(end, 'closed')
})

onEachPython('headers, whatever their case', (python) => {
  const head =
    'HTTP/1.1 202 Accepted\r\nLAMBDA-Runtime-Client-Context:  {"a": "ü:"} \r\nConnection: Close\r\nEmpty:\r\n\r\n'
  const [{ responses }] = read(python, [[head]])
  assert.equal(responses[0].status, 202)
  assert.deepEqual(responses[0].headers, {
    'lambda-runtime-client-context': '{"a": "ü:"}',
    connection: 'Close',
    empty: '',
  })
})

const chunkedHead = 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n'
const refused = [
  ['SSH-2.0\r\n\r\n', /not HTTP\/1\.1/],
  ['HTTP/1.1 999 Odd\r\n\r\n', /bad status/],
  ['HTTP/1.1 ２00 OK\r\n\r\n', /bad status/],
  ['HTTP/1.1 200 OK\r\nno colon\r\n\r\n', /bad header/],
  ['HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n', /bad Content-Length/],
  ['HTTP/1.1 200 OK\r\nContent-Length: 1_0\r\n\r\n', /bad Content-Length/],
  [`HTTP/1.1 200 OK\r\nContent-Length: ${'9'.repeat(5000)}\r\n\r\n`, /bad Content-Length/],
  [`HTTP/1.1 200 OK\r\nContent-Length: ${BODY_BYTES_MAX + 1}\r\n\r\n`, /limit/],
  [`HTTP/1.1 200 OK\r\nX: ${'y'.repeat(HEAD_BYTES_MAX)}`, /head is longer/],
  [`HTTP/1.1 200 OK\r\nX: ${'y'.repeat(HEAD_BYTES_MAX)}\r\n\r\n`, /head is longer/],
  [`${chunkedHead}zz\r\n`, /bad chunk size/],
  [`${chunkedHead}\r\n`, /bad chunk size/],
  [`${chunkedHead}ffffffff\r\n`, /limit/],
  [`${chunkedHead}123456789\r\n`, /bad chunk size/],
  [`${chunkedHead}1\r\nab\r\n`, /longer than its size/],
  [`${chunkedHead}${'1'.repeat(2000)}`, /line too long/],
]

onEachPython('what is no HTTP/1.1, or too much of it, is refused with words', (python) => {
  const results = read(
    python,
    refused.map(([text]) => [text]),
  )
  for (const [index, [text, words]] of refused.entries()) {
    assert.match(results[index].end, words, text.slice(0, 60))
    assert.deepEqual(results[index].responses, [])
  }
})

onEachPython('a stream that ends in the middle', (python) => {
  for (const bytes of [plain(Buffer.from('body')), chunked(Buffer.from('body'), [2])]) {
    const cases = Array.from({ length: bytes.length }, (_, length) => [bytes.subarray(0, length)])
    for (const { responses, end } of read(python, cases)) {
      assert.deepEqual(responses, [])
      assert.equal(end, 'closed')
    }
  }
})

const noise = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.constantFrom(
    '\r\n',
    '\r\n\r\n',
    'HTTP/1.1 200 ',
    'Content-Length: 3',
    'Transfer-Encoding: chunked',
    '0\r\n\r\n',
  ),
)

onEachPython('fuzz: any bytes give responses or words, and end', (python) => {
  const cases = fc.sample(fc.array(noise, { maxLength: 12 }), { numRuns: 2000 })
  for (const [index, { end }] of read(python, cases).entries())
    assert.match(
      end,
      /^(?:closed|Runtime API: .+)$/,
      `LAMBDAD_TEST_SEED=${testSeed}, case ${index}`,
    )
})
