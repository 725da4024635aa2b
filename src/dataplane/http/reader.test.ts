import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import fc from '../../../test/kit/fast-check.ts'
import { ReadError, type RequestHead, RequestReader, headBytesMax } from './reader.ts'

interface Seen {
  readonly method: string
  readonly path: string
  readonly body: string | undefined
  readonly length: number
  readonly trailers: Record<string, string>
  readonly more: boolean
  readonly head: RequestHead
}

function collect(bytesMax = 1000, onChunk?: (chunk: Buffer) => void) {
  const seen: Seen[] = []
  const reader = new RequestReader({
    onHead: () => (onChunk ? { bytesMax, onChunk } : { bytesMax }),
    onRequest: (head, body, length, trailers, more) => {
      const { method, path } = head
      const text = body?.toString()
      seen.push({
        method,
        path,
        body: text,
        length,
        trailers: Object.fromEntries(trailers),
        more,
        head,
      })
    },
  })
  return { reader, seen }
}

const next = 'GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\nHost: a\r\n\r\n'

test('an answer and the wait for the next event in one write are two requests', () => {
  const { reader, seen } = collect()
  reader.push(Buffer.from(`POST /r HTTP/1.1\r\nContent-Length: 5\r\nX: y\r\n\r\nhello${next}`))
  assert.deepEqual(
    seen.map(({ method, body, more }) => ({ method, body, more })),
    [
      { method: 'POST', body: 'hello', more: true },
      { method: 'GET', body: '', more: false },
    ],
  )
})

test('header names are found whatever their case, values without their padding', () => {
  const { reader, seen } = collect()
  reader.push(Buffer.from('GET / HTTP/1.1\r\nX-Long-Name:  a b \r\nlong-name: c\r\n\r\n'))
  const head = seen[0]?.head
  assert.equal(head?.header('x-long-name'), 'a b')
  assert.equal(head?.header('long-name'), 'c')
  assert.equal(head?.header('name'), undefined)
})

test('chunked bodies come with their trailers', () => {
  const { reader, seen } = collect()
  const body = '5\r\nhello\r\n6;ext=1\r\n world\r\n0\r\nA-Trailer: x\r\nB: y\r\n\r\n'
  reader.push(Buffer.from(`POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n${body}${next}`))
  assert.equal(seen[0]?.body, 'hello world')
  assert.deepEqual(seen[0]?.trailers, { 'a-trailer': 'x', b: 'y' })
  assert.equal(seen[1]?.method, 'GET')
})

test('a body over its limit is read to its end, dropped, and told by its length', () => {
  const { reader, seen } = collect(10)
  reader.push(Buffer.from(`POST / HTTP/1.1\r\nContent-Length: 11\r\n\r\n${'x'.repeat(11)}${next}`))
  reader.push(Buffer.from(`POST / HTTP/1.1\r\nContent-Length: 12\r\n\r\n${'x'.repeat(5)}`))
  reader.push(Buffer.from(`${'x'.repeat(7)}${next}`))
  assert.deepEqual(
    seen.map(({ body, length }) => [body, length]),
    [
      [undefined, 11],
      ['', 0],
      [undefined, 12],
      ['', 0],
    ],
  )
})

test('paused, it keeps further requests until it is resumed', () => {
  const { reader, seen } = collect()
  reader.pause()
  reader.push(Buffer.from(next))
  assert.equal(seen.length, 0)
  assert.equal(reader.pendingBytes, next.length)
  reader.resume()
  assert.equal(seen.length, 1)
})

const refused: [string, string][] = [
  ['no version', 'GET /\r\n\r\n'],
  ['another protocol', 'GET / HTTP/2.0\r\n\r\n'],
  ['no path', 'GET x HTTP/1.1\r\n\r\n'],
  ['a header without a colon', 'GET / HTTP/1.1\r\nabc\r\n\r\n'],
  ['a folded header', 'GET / HTTP/1.1\r\nA: b\r\n c\r\n\r\n'],
  ['a space before the colon', 'GET / HTTP/1.1\r\nA : b\r\n\r\n'],
  ['a bare line feed', 'GET / HTTP/1.1\r\nA: b\nC: d\r\n\r\n'],
  ['a negative length', 'POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n'],
  ['a length in hex', 'POST / HTTP/1.1\r\nContent-Length: 0x10\r\n\r\n'],
  ['a DEL in a value', 'GET / HTTP/1.1\r\nA: \x7f\r\n\r\n'],
  ['ever more headers', `GET / HTTP/1.1\r\n${'a:\r\n'.repeat(200_000)}\r\n`],
  ['two framings', 'POST / HTTP/1.1\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n'],
  ['an unknown coding', 'POST / HTTP/1.1\r\nTransfer-Encoding: gzip\r\n\r\n'],
  ['a bad chunk size', 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n'],
  ['a chunk longer than said', 'POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nabc\r\n'],
]

for (const [what, text] of refused) {
  test(`refuses ${what}`, () => {
    assert.throws(() => collect().reader.push(Buffer.from(text)), ReadError)
  })
}

test('refuses an endless head', () => {
  const { reader } = collect()
  assert.throws(() => {
    reader.push(Buffer.from('GET / HTTP/1.1\r\nA: '))
    for (let sent = 0; sent <= headBytesMax; sent += 65_536) reader.push(Buffer.alloc(65_536, 97))
  }, ReadError)
})

test('bytes that drip in cost no more than a few copies each', () => {
  const { reader, seen } = collect(1_000_000)
  const head = Buffer.from(`GET / HTTP/1.1\r\nA: ${'x'.repeat(400_000)}\r\n\r\n`)
  for (let at = 0; at < head.length; at += 16) reader.push(head.subarray(at, at + 16))
  assert.equal(seen[0]?.head.header('a')?.length, 400_000)
})

const requests = fc.array(
  fc.record({
    path: fc.webPath().map((path) => `/${path.replace(/[\s]/g, '')}`),
    body: fc.uint8Array({ maxLength: 300 }),
    chunked: fc.boolean(),
  }),
  { minLength: 1, maxLength: 5 },
)

test('however the bytes are cut, the same requests come out', () => {
  fc.assert(
    fc.property(requests, fc.array(fc.nat(700), { maxLength: 30 }), (wanted, cuts) => {
      const stream = Buffer.concat(wanted.map(encode))
      const { reader, seen } = collect()
      const points = [...new Set(cuts.map((cut) => cut % (stream.length + 1)))].toSorted(
        (a, b) => a - b,
      )
      let from = 0
      for (const to of [...points, stream.length]) {
        // A copy: the reader must not rely on neighbouring pieces lying side by side in memory.
        reader.push(Buffer.from(stream.subarray(from, to)))
        from = to
      }
      assert.deepEqual(
        seen.map(({ path, body }) => [path, body]),
        wanted.map(({ path, body }) => [path, Buffer.from(body).toString()]),
      )
    }),
  )
})

function encode(request: { path: string; body: Uint8Array; chunked: boolean }): Buffer {
  const { path, body, chunked } = request
  if (!chunked) {
    const head = `POST ${path} HTTP/1.1\r\nContent-Length: ${body.length}\r\n\r\n`
    return Buffer.concat([Buffer.from(head), body])
  }
  const pieces = [Buffer.from(`POST ${path} HTTP/1.1\r\ntransfer-encoding: Chunked\r\n\r\n`)]
  for (let at = 0; at < body.length; at += 100) {
    const piece = body.subarray(at, at + 100)
    pieces.push(
      Buffer.from(`${piece.length.toString(16)}\r\n`),
      Buffer.from(piece),
      Buffer.from('\r\n'),
    )
  }
  return Buffer.concat([...pieces, Buffer.from('0\r\n\r\n')])
}

test('random bytes are either read or refused', () => {
  const noise = fc.oneof(
    fc.uint8Array({ maxLength: 400 }),
    fc
      .string({ maxLength: 200 })
      .map((text) => Buffer.from(`POST / HTTP/1.1\r\n${text}\r\n\r\n${text}`)),
    fc
      .string({ maxLength: 80 })
      .map((text) =>
        Buffer.from(`POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n${text}\r\n`),
      ),
  )
  fc.assert(
    fc.property(fc.array(noise, { maxLength: 6 }), (pieces) => {
      const { reader } = collect()
      try {
        for (const piece of pieces) reader.push(Buffer.from(piece))
      } catch (error) {
        assert.ok(error instanceof ReadError, String(error))
      }
    }),
    { numRuns: 2000 },
  )
})
