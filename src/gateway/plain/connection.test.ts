/** Connections: when they stay, when node:http takes them over, and when they end. */
import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import { type AddressInfo, type Socket, createServer } from 'node:net'
import { describe, it } from 'node:test'
import { setImmediate as giveWay } from 'node:timers/promises'
import fc from '../../../test/kit/fast-check.ts'
import { FakeClock } from '../../../test/kit/fake-clock.ts'
import type { HttpResponse } from '../../wire/index.ts'
import { BodyBudget } from '../body.ts'
import { keepAliveMs, partialRequestMs } from '../limits.ts'
import { RawClient } from '../test-support.ts'
import { PlainConnection, type PlainParts } from './connection.ts'
import { CommonHeaders } from './response.ts'

type Answer = PlainParts['answer']

const ok = (body: HttpResponse['body']): HttpResponse => ({ status: 200, headers: {}, body })
const echo: Answer = ({ url }, body) =>
  ok(`<${url}${body.length > 0 ? ` ${body.toString()}` : ''}>`)
const post = (body: string, more = ''): string =>
  `POST /p HTTP/1.1\r\nHost: h\r\n${more}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`

/** One listener of plain connections; what is handed over is kept. */
async function start(answer: Answer, bytesMax?: number) {
  const clock = new FakeClock()
  const connections = new Set<PlainConnection>()
  const handedOver: string[] = []
  const sockets: Socket[] = []
  const errors: unknown[] = []
  const budget = new BodyBudget(bytesMax)
  const parts: PlainParts = {
    clock,
    budget,
    common: new CommonHeaders(clock),
    answer,
    noRoom: () => ({ status: 503, headers: {}, body: 'no room' }),
    handOver: (socket, bytes) => {
      handedOver.push(bytes.toString('latin1'))
      socket.on('error', () => undefined)
    },
    onError: (error) => errors.push(error),
    onGone: (connection) => connections.delete(connection),
  }
  const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    sockets.push(socket)
    connections.add(new PlainConnection(socket, parts))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const sweep = () => connections.forEach((each) => each.sweep(clock.monotonicMs()))
  return {
    port: (server.address() as AddressInfo).port,
    ...{ clock, connections, handedOver, errors, budget, sockets, sweep },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await giveWay()
}

describe('a plain connection', () => {
  it('answers however a request is cut in two', async () => {
    await using server = await start(echo)
    const text = post('hello')
    for (let cut = 1; cut < text.length; cut += 1) {
      await using client = new RawClient(server)
      client.send(text.slice(0, cut))
      await giveWay()
      client.send(text.slice(cut))
      await client.until(/<\/p hello>/)
    }
    assert.deepEqual(server.handedOver, [])
    assert.equal(server.budget.bytes, 0)
  })

  it('answers in order what is sent ahead, however it is cut', async () => {
    await using server = await start(async (head, body, socket) => {
      if (body.length % 2 === 1) await giveWay()
      return echo(head, body, socket)
    })
    const bodies = fc.array(fc.string({ minLength: 1, maxLength: 5, unit: 'grapheme-ascii' }), {
      minLength: 1,
      maxLength: 6,
    })
    await fc.assert(
      fc.asyncProperty(bodies, fc.nat(), async (sent, where) => {
        const text = sent.map((body) => post(body)).join('')
        await using client = new RawClient(server)
        const cut = where % text.length
        client.send(text.slice(0, cut))
        await giveWay()
        client.send(text.slice(cut))
        await until(() => client.received.split('HTTP/1.1 200 OK').length > sent.length)
        const answers = client.received
          .split('HTTP/1.1 200 OK')
          .slice(1)
          .map((each) => each.slice(each.indexOf('\r\n\r\n') + 4))
        assert.deepEqual(
          answers,
          sent.map((body) => `</p ${body}>`),
        )
      }),
      { numRuns: 100 },
    )
    assert.equal(server.budget.bytes, 0)
  })

  it('sends heads, bytes of every value, and texts beyond ASCII', async () => {
    const all = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte))
    const bodies: HttpResponse['body'][] = [all, 'häß €', Buffer.alloc(100_000, all), '']
    await using server = await start(() => ok(bodies.shift() ?? ''))
    await using client = new RawClient(server)
    for (const body of [...bodies]) {
      const expected = Buffer.from(body as Uint8Array).toString('latin1')
      client.received = ''
      client.send(post(''))
      await until(() => client.received.endsWith(expected) && client.received.includes('\r\n\r\n'))
      const [head = ''] = client.received.split('\r\n\r\n', 1)
      assert.match(head, /^HTTP\/1\.1 200 OK\r\nContent-Length: (\d+)\r\nDate: \w{3}, .* GMT\r\n/)
      assert.equal(/Content-Length: (\d+)/.exec(head)?.[1], String(expected.length))
      assert.equal(client.received, `${head}\r\n\r\n${expected}`)
    }
  })

  it('answers a client that sends no more, and ends', async () => {
    await using server = await start(async (head, body, socket) => {
      await giveWay()
      return echo(head, body, socket)
    })
    await using client = new RawClient(server)
    client.socket.end(post('last'))
    await client.closed
    assert.match(client.received, /<\/p last>$/)
  })

  it('gives no further answers to a client that reads none', async () => {
    let answered = 0
    await using server = await start(() => {
      answered += 1
      return ok(Buffer.alloc(1_000_000))
    })
    await using client = new RawClient(server)
    client.socket.pause()
    client.send(post('').repeat(1000))
    for (let before = -1; before !== answered;) {
      before = answered
      for (let turn = 0; turn < 200; turn += 1) await giveWay()
    }
    assert.ok(answered < 100, `${answered} answers of a megabyte wait in memory`)
  })

  it('refuses a body that finds no room', async () => {
    await using server = await start(echo, 3)
    await using client = new RawClient(server)
    client.send(post('four'))
    await client.until(/503 Service Unavailable.*no room$/s)
    client.send(post('two'))
    await client.until(/<\/p two>/)
    assert.equal(server.budget.bytes, 0)
  })

  it('is cut when an answer cannot be sent', async () => {
    const bad = [{ 'X-A': 'a\r\nb' }, { 'X\nA': 'a' }, { 'X-A': '€' }]
    await using server = await start(() => ({ ...ok('x'), headers: bad.pop() ?? {} }))
    for (const _ of [...bad]) {
      await using client = new RawClient(server)
      client.send(post(''))
      await client.closed
      assert.equal(client.received, '')
    }
    assert.equal(server.errors.length, 3)
    assert.equal(server.budget.bytes, 0)
  })
})

describe('node:http takes over', () => {
  const close = 'GET /q HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n'

  it('with every byte of the request that is not plain, and of those behind it', async () => {
    await using server = await start(echo)
    await using client = new RawClient(server)
    client.send(post('one') + close + post('two'))
    await until(() => server.handedOver.length > 0)
    assert.deepEqual(server.handedOver, [close + post('two')])
    assert.equal(server.connections.size, 0)
    await client.until(/<\/p one>/)
  })

  it('what comes in too many pieces', async () => {
    await using server = await start(echo)
    await using client = new RawClient(server)
    const text = post('slowly')
    for (const byte of text.slice(0, 30)) {
      client.send(byte)
      await giveWay()
      await giveWay()
    }
    await until(() => server.handedOver.length > 0)
    assert.ok(text.startsWith(server.handedOver[0] ?? '?'))
  })

  it('what does not go on', async () => {
    await using server = await start(echo)
    await using client = new RawClient(server)
    client.send(post('never').slice(0, -1))
    await until(() => (server.sockets[0]?.bytesRead ?? 0) > 0)
    await giveWay()
    server.clock.advance(partialRequestMs)
    server.sweep()
    assert.deepEqual(server.handedOver, [])
    server.clock.advance(1)
    server.sweep()
    assert.deepEqual(server.handedOver, [post('never').slice(0, -1)])
  })
})

describe('a connection ends', () => {
  it('when it has been silent for too long, answered or not', async () => {
    await using server = await start(echo)
    await using silent = new RawClient(server)
    await using used = new RawClient(server)
    await until(() => server.connections.size === 2)
    server.clock.advance(keepAliveMs)
    used.send(post('x'))
    await used.until(/<\/p x>/)
    server.clock.advance(1)
    server.sweep()
    await silent.closed
    server.clock.advance(keepAliveMs)
    server.sweep()
    await used.closed
  })

  it('never while its request is under way', async () => {
    const goOn = Promise.withResolvers<void>()
    await using server = await start(async () => {
      await goOn.promise
      return ok('late')
    })
    await using client = new RawClient(server)
    client.send(post('x'))
    await until(() => [...server.connections].some((each) => each.busy))
    server.clock.advance(keepAliveMs * 2)
    server.sweep()
    goOn.resolve()
    await client.until(/late$/)
  })
})
