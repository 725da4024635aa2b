/** What is taken means to node:http just what it means here; everything else is left to it. */
import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import http from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { describe, it } from 'node:test'
import fc from '../../../test/kit/fast-check.ts'
import { type PlainHead, PlainHeadReader } from './request.ts'

const read = (text: string, reader = new PlainHeadReader()) =>
  reader.read(Buffer.from(text, 'latin1'))
const head = (...lines: readonly string[]): string =>
  ['POST /a?b=c HTTP/1.1', 'Host: h', ...lines, '', ''].join('\r\n')

describe('a plain head', () => {
  it('is taken with what stands in it', () => {
    assert.deepEqual(read(`${head('Content-Length: 3', 'X-Amz-Date:\t 1 2 \t', 'E:')}abc`), {
      method: 'POST',
      url: '/a?b=c',
      headers: { host: 'h', 'content-length': '3', 'x-amz-date': '1 2', e: '' },
      headBytes: head('Content-Length: 3', 'X-Amz-Date:\t 1 2 \t', 'E:').length,
      bodyBytes: 3,
    })
  })

  it('is waited for until it is whole', () => {
    const whole = head('Content-Length: 3')
    for (let length = 0; length < whole.length; length += 1) {
      assert.equal(read(whole.slice(0, length)), 'partial', String(length))
    }
  })

  it('keeps the bytes of names and values as they are', () => {
    const { headers } = read(head('a: \xa0\xff\x80')) as PlainHead
    assert.equal(headers['a'], '\xa0\xff\x80')
  })
})

describe('what is not plain', () => {
  const cases: Readonly<Record<string, string>> = {
    'an old version': 'GET / HTTP/1.0\r\nHost: h\r\n\r\n',
    'another version': 'GET / HTTP/1.2\r\nHost: h\r\n\r\n',
    'no host': 'GET / HTTP/1.1\r\nA: b\r\n\r\n',
    'no header': 'GET / HTTP/1.1\r\n\r\n',
    HEAD: 'HEAD / HTTP/1.1\r\nHost: h\r\n\r\n',
    CONNECT: 'CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n',
    'a lower method': 'get / HTTP/1.1\r\nHost: h\r\n\r\n',
    'a whole URL': 'GET http://h/ HTTP/1.1\r\nHost: h\r\n\r\n',
    'a star': 'OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n',
    'two spaces': 'GET  / HTTP/1.1\r\nHost: h\r\n\r\n',
    'a byte beyond ASCII in the path': 'GET /\xe9 HTTP/1.1\r\nHost: h\r\n\r\n',
    'a control character in the path': 'GET /\x01 HTTP/1.1\r\nHost: h\r\n\r\n',
    'a bare line feed': 'GET / HTTP/1.1\nHost: h\r\n\r\n',
    'a bare line feed in a value': head('a: b\nc: d'),
    'a bare carriage return': head('a: b\rc'),
    'a NUL': head('a: b\0'),
    'a name twice': head('a: 1', 'A: 2'),
    'two lengths': head('Content-Length: 1', 'Content-Length: 1'),
    'a length that is none': head('Content-Length: +1'),
    'a length in hex': head('Content-Length: 0x1'),
    'an empty length': head('Content-Length:'),
    'a large body': head('Content-Length: 70000'),
    chunks: head('Transfer-Encoding: chunked'),
    expectation: head('Expect: 100-continue'),
    'another protocol': head('Upgrade: websocket', 'Connection: Upgrade'),
    'a connection that ends': head('Connection: close'),
    'a folded line': head('a: b', ' c'),
    'a space before the colon': head('a : b'),
    'a line without a colon': head('abc'),
    'a line without a name': head(': b'),
    'the name of a prototype': head('__proto__: x'),
    'the name of a method of objects': head('constructor: x'),
    'a head that never ends': `${head().slice(0, -2)}a: ${'x'.repeat(20_000)}`,
  }
  for (const [name, text] of Object.entries(cases)) {
    it(`${name} is left to node:http`, () => assert.equal(read(text), 'other'))
  }
})

/** A server that tells what node:http makes of each request. */
async function startHttp() {
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { method, url, headers } = request
      const body = Buffer.concat(chunks).toString('latin1')
      response.end(JSON.stringify({ method, url, headers, body }))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    async read(text: string): Promise<unknown> {
      const socket = connect(port, '127.0.0.1')
      let said = ''
      socket.setEncoding('utf8').on('data', (chunk) => (said += chunk))
      socket.end(text, 'latin1')
      await once(socket, 'close')
      const start = said.indexOf('\r\n\r\n') + 4
      assert.match(said, /^HTTP\/1\.1 200 /, `${said}\nfor ${JSON.stringify(text)}`)
      return JSON.parse(/\{.*\}/s.exec(said.slice(start))?.[0] ?? 'null')
    },
    async [Symbol.asyncDispose]() {
      server.close()
      await once(server, 'close')
    },
  }
}

const odd = fc.constantFrom(
  ...['\r', '\n', '\r\n', '\0', ' ', '\t', ':', '\x7f', '\x80', '\xff', 'a', 'A', '0', ',', '"'],
)
const pieces = fc.array(odd, { maxLength: 4 }).map((each) => each.join(''))
const name = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('a', 'B', 'Connection', 'Content-Length', 'X-Amz-Date') },
  { weight: 1, arbitrary: pieces },
)
const value = fc.oneof(fc.constantFrom('keep-alive', '3', '0', 'x y'), pieces)
const request = fc.record({
  method: fc.constantFrom('GET', 'POST', 'PUT', 'HEAD', 'XYZ'),
  url: fc.oneof(
    fc.constantFrom('/', '/a%20b?c=d&e'),
    pieces.map((each) => `/${each}`),
  ),
  headers: fc.array(fc.tuple(name, value), { maxLength: 5 }),
  body: fc.constantFrom('', 'abc', 'abcdef'),
})

it('means to node:http what it means here', async () => {
  await using server = await startHttp()
  let taken = 0
  await fc.assert(
    fc.asyncProperty(request, async ({ method, url, headers, body }) => {
      const lines = headers.map(([left, right]) => `${left}: ${right}\r\n`).join('')
      const text = `${method} ${url} HTTP/1.1\r\nHost: h\r\n${lines}\r\n${body}`
      const plain = read(text)
      if (typeof plain === 'string' || text.length < plain.headBytes + plain.bodyBytes) return
      taken += 1
      const end = plain.headBytes + plain.bodyBytes
      assert.deepEqual(await server.read(text.slice(0, end)), {
        method: plain.method,
        url: plain.url,
        headers: plain.headers,
        body: text.slice(plain.headBytes, end),
      })
    }),
    { numRuns: 2000 },
  )
  assert.ok(taken > 100, `only ${taken} were plain`)
})

it('reads each head of a connection as if it was the first', () => {
  const lines = fc.array(fc.tuple(name, value), { maxLength: 5 })
  fc.assert(
    fc.property(fc.array(lines, { maxLength: 8 }), (heads) => {
      const reader = new PlainHeadReader()
      for (const each of heads) {
        const text = head(...each.map(([left, right]) => `${left}: ${right}`))
        assert.deepEqual(read(text, reader), read(text))
      }
    }),
    { numRuns: 2000 },
  )
})
