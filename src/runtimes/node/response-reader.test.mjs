/** The response reader, in process: pieces of any size, limits, and bytes that are no HTTP. */
import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import fc from '../../../test/kit/fast-check.ts'

const { ResponseReader, BODY_BYTES_MAX, HEAD_BYTES_MAX } = createRequire(import.meta.url)(
  './response-reader.cjs',
)

/** @param {Buffer[]} pieces */
function read(pieces) {
  const responses = []
  const reader = new ResponseReader((head, body) => responses.push({ head, body }))
  for (const piece of pieces) {
    // The reader must not keep the buffer: scribble over it afterwards.
    const own = Buffer.from(piece)
    reader.push(own)
    own.fill(0x21)
  }
  return responses
}

/** Cuts `bytes` at the given fractions. */
function cut(bytes, fractions) {
  const places = fractions
    .map((fraction) => Math.floor(fraction * bytes.length))
    .toSorted((a, b) => a - b)
  return [0, ...places].map((place, i) => bytes.subarray(place, places[i] ?? bytes.length))
}

const plain = (body) =>
  Buffer.from(
    `HTTP/1.1 200 OK\r\nlambda-runtime-AWS-request-id: id\r\nContent-Length:${Buffer.byteLength(body)}\r\n\r\n${body}`,
  )

function chunked(body, sizes) {
  const bytes = Buffer.from(body)
  const parts = ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n']
  let offset = 0
  for (const size of [...sizes, bytes.length]) {
    const part = bytes.subarray(offset, offset + size)
    if (part.length > 0) parts.push(`${part.length.toString(16)};x=y\r\n`, part, '\r\n')
    offset += part.length
  }
  parts.push('0\r\nA: b\r\n\r\n')
  return Buffer.concat(parts.map((part) => Buffer.from(part)))
}

test('property: any bodies, plain or chunked, one after the other, cut anywhere', () => {
  const response = fc.oneof(
    fc.string({ unit: 'binary' }).map((body) => ({ body, bytes: plain(body) })),
    fc
      .tuple(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.array(fc.integer({ min: 1, max: 50 }), { maxLength: 5 }),
      )
      .map(([body, sizes]) => ({ body, bytes: chunked(body, sizes) })),
  )
  const fractions = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 })
  fc.assert(
    fc.property(fc.array(response, { maxLength: 5 }), fractions, (all, places) => {
      const responses = read(cut(Buffer.concat(all.map((one) => one.bytes)), places))
      const wellFormed = all.map((one) => Buffer.from(one.body).toString())
      assert.deepEqual(
        responses.map((one) => one.body),
        wellFormed,
      )
    }),
  )
})

test('property: a response is read as if it was the first, whatever came before it', () => {
  const names = ['Lambda-Runtime-Aws-Request-Id', 'Lambda-Runtime-Trace-Id', 'Content-Type', 'X']
  const line = fc.tuple(fc.constantFrom(...names), fc.constantFrom('a', 'ab', ' a', 'ü'))
  const response = fc
    .tuple(
      fc.constantFrom(200, 202),
      fc.array(line, { maxLength: 3 }),
      fc.constantFrom('', 'x', 'ü'),
    )
    .map(([status, lines, body]) => {
      const length = `Content-Length: ${Buffer.byteLength(body)}`
      const all = [`HTTP/1.1 ${status} OK`, ...lines.map((each) => each.join(':')), length]
      return Buffer.from(`${all.join('\r\n')}\r\n\r\n${body}`)
    })
  fc.assert(
    fc.property(fc.array(response, { maxLength: 12 }), fc.boolean(), (all, atOnce) => {
      const expected = all.flatMap((bytes) => read([bytes]))
      assert.deepEqual(read(atOnce ? [Buffer.concat(all)] : all), expected)
    }),
    { numRuns: 1000 },
  )
})

test('names of what every object has are headers like others', () => {
  const names = ['__proto__', 'constructor', 'toString']
  const text = `HTTP/1.1 200 OK\r\n${names.map((name) => `${name}: x\r\n`).join('')}\r\n`
  assert.equal(read([Buffer.from(text + text)]).length, 2)
})

test('every header a runtime needs, whatever its case', () => {
  const names = [
    'Lambda-Runtime-Aws-Request-Id',
    'LAMBDA-RUNTIME-INVOCATION-ID',
    'lambda-runtime-deadline-ms',
    'Lambda-Runtime-Invoked-Function-Arn',
    'Lambda-Runtime-Trace-Id',
    'Lambda-Runtime-Client-Context',
    'Lambda-Runtime-Cognito-Identity',
    'Lambda-Runtime-Aws-Tenant-Id',
  ]
  const lines = names.map((name, i) => `${name}:  v${i}: ü \r\n`).join('')
  const [{ head }] = read([
    Buffer.from(`HTTP/1.1 202 Accepted\r\n${lines}Connection: Close\r\nX: y\r\n\r\n`),
  ])
  assert.equal(head.status, 202)
  assert.equal(head.close, true)
  const {
    requestId,
    invocationId,
    deadlineMs,
    functionArn,
    traceId,
    clientContext,
    cognitoIdentity,
    tenantId,
  } = head
  assert.deepEqual(
    [
      requestId,
      invocationId,
      deadlineMs,
      functionArn,
      traceId,
      clientContext,
      cognitoIdentity,
      tenantId,
    ],
    names.map((_, i) => `v${i}: ü`),
  )
})

test('what is no HTTP/1.1, or too much of it, is refused with words', () => {
  const refused = [
    ['SSH-2.0\r\n\r\n', /not HTTP\/1\.1/],
    ['HTTP/1.1 999 Odd\r\n\r\n', /bad status/],
    ['HTTP/1.1 200 OK\r\nno colon\r\n\r\n', /bad header/],
    ['HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n', /bad Content-Length/],
    [`HTTP/1.1 200 OK\r\nContent-Length: ${BODY_BYTES_MAX + 1}\r\n\r\n`, /limit/],
    [`HTTP/1.1 200 OK\r\nX: ${'y'.repeat(HEAD_BYTES_MAX)}`, /head is longer/],
    [`HTTP/1.1 200 OK\r\nX: ${'y'.repeat(HEAD_BYTES_MAX)}\r\n\r\n`, /head is longer/],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n', /bad chunk size/],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n', /limit/],
    ['HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nab\r\n', /longer than its size/],
    [`HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${'1'.repeat(2000)}`, /line too long/],
  ]
  for (const [text, words] of refused)
    assert.throws(() => read([Buffer.from(text)]), words, text.slice(0, 60))
})

test('fuzz: any bytes give responses or an Error, and end', () => {
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 200 }),
    fc
      .constantFrom(
        '\r\n',
        '\r\n\r\n',
        'HTTP/1.1 200 ',
        'Content-Length: 3',
        'Transfer-Encoding: chunked',
        '0\r\n\r\n',
      )
      .map((text) => Buffer.from(text)),
  )
  fc.assert(
    fc.property(fc.array(noise, { maxLength: 12 }), (pieces) => {
      try {
        read(pieces.map((piece) => Buffer.from(piece)))
      } catch (error) {
        assert.ok(
          error instanceof Error && error.message.startsWith('Runtime API: '),
          String(error),
        )
      }
    }),
    { numRuns: 2000 },
  )
})
