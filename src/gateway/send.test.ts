/** Answers as streams: read no faster than the client reads, and ended when it is gone. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setImmediate as giveWay } from 'node:timers/promises'
import type { RawRoute } from '../kernel/ports.ts'
import { RawClient, startTestGateway } from './test-support.ts'

interface StreamEvent {
  readonly PayloadChunk?: { readonly Payload: Uint8Array }
  readonly InvokeComplete?: object
}

const start = (events: () => AsyncIterable<StreamEvent>) =>
  startTestGateway({ lambda: { InvokeWithResponseStream: () => ({ EventStream: events() }) } })

const request =
  'POST /2021-11-15/functions/f/response-streaming-invocations HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n'
const chunk = (payload: Uint8Array | string): StreamEvent => ({
  PayloadChunk: { Payload: Buffer.from(payload) },
})

describe('a stream', () => {
  it('is sent as it comes, and the connection goes on', async () => {
    const read = Promise.withResolvers<void>()
    await using gateway = await start(async function* () {
      yield chunk('first part')
      await read.promise
      yield chunk('second part')
      yield { InvokeComplete: {} }
    })
    await using client = new RawClient(gateway)
    client.send(request)
    await client.until(/first part/)
    assert.doesNotMatch(client.received, /second part/)
    read.resolve()
    await client.until(/second part.*InvokeComplete.*\r\n0\r\n\r\n$/s)
    client.received = ''
    client.send(request)
    await client.until(/second part.*\r\n0\r\n\r\n$/s)
  })

  it('without an event yet shows its head', async () => {
    const never = Promise.withResolvers<void>()
    await using gateway = await start(async function* () {
      await never.promise
      yield chunk('late')
    })
    await using client = new RawClient(gateway)
    client.send(request)
    await client.until(/^HTTP\/1\.1 200 OK.*\r\n\r\n/s)
    never.resolve()
    await client.until(/late/)
  })

  it('waits for a client that does not read, and ends with it', async () => {
    const ended = Promise.withResolvers<void>()
    let sent = 0
    await using gateway = await start(async function* () {
      try {
        for (;;) {
          yield chunk(Buffer.alloc(65_536, 97))
          sent += 1
        }
      } finally {
        ended.resolve()
      }
    })
    const client = new RawClient(gateway)
    client.send(request)
    await client.until(/aaaa/)
    client.socket.pause()
    // Until nothing more fits between the two.
    for (let before = -1; before !== sent;) {
      before = sent
      for (let turn = 0; turn < 100; turn += 1) await giveWay()
    }
    // What the kernel keeps for a connection is some megabytes.
    assert.ok(sent * 65_536 < 64 * 1024 * 1024, `${sent} chunks for a client that does not read`)
    await client[Symbol.asyncDispose]()
    await ended.promise
  })

  it('that breaks breaks the connection, not the server', async () => {
    await using gateway = await start(async function* () {
      yield chunk('half')
      throw new Error('secret')
    })
    await using client = new RawClient(gateway)
    client.send(request)
    await client.closed
    assert.match(client.received, /^HTTP\/1\.1 200 OK/)
    assert.doesNotMatch(client.received, /secret|\r\n0\r\n\r\n$/)
    await using next = new RawClient(gateway)
    next.send('GET /2015-03-31/nothing HTTP/1.1\r\nHost: h\r\n\r\n')
    await next.until(/404 Not Found/)
  })

  it('is no body of an answer that can have none, at either door', async () => {
    let opened = 0
    let left = 0
    const stream = (): AsyncIterable<Uint8Array> => ({
      [Symbol.asyncIterator]: () => {
        opened += 1
        return {
          next: async () => ({ done: false, value: Buffer.from('never') }),
          return: async () => {
            left += 1
            return { done: true, value: undefined }
          },
        }
      },
    })
    const route: RawRoute = {
      pathPrefix: '/_test/',
      handle: ({ path, query }) => ({
        status: Number(query),
        headers: {},
        body: path.endsWith('stream') ? stream() : 'never',
      }),
    }
    await using gateway = await startTestGateway({}, { routes: [route] })
    await using client = new RawClient(gateway)
    // Node:http has the connection from the OPTIONS on.
    for (const [method, status] of [
      ['GET', 204],
      ['GET', 304],
      ['OPTIONS', 204],
      ['GET', 304],
      ['HEAD', 200],
      ['GET', 204],
    ] as const) {
      for (const path of ['stream', 'text']) {
        client.received = ''
        client.send(`${method} /_test/${path}?${status} HTTP/1.1\r\nHost: h\r\n\r\n`)
        await client.until(/\r\n\r\n/)
        assert.match(client.received, new RegExp(`^HTTP/1.1 ${status} [^]*\r\n\r\n$`))
      }
    }
    assert.deepEqual([opened, left], [6, 6])
  })
})
