/** The load client against servers that answer as they should, and against some that do not. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { after, before, test } from 'node:test'
import { LoadClient } from './load.ts'
import type { LoadJob, LoadResult } from './load-client.ts'

let client: LoadClient
before(() => {
  client = new LoadClient()
})
after(() => client[Symbol.asyncDispose]())

const request = Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
const good = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ngood'

/** Two connections of three requests each. @param answer writes what answers the request of that number. */
async function load(
  answer: (socket: net.Socket, number: number) => void,
  expectedBody: LoadJob['expectedBody'] = Buffer.from('good'),
): Promise<{ result: LoadResult; received: number }> {
  let received = 0
  const server = net.createServer((socket) => {
    socket.on('data', (bytes) => {
      assert.deepEqual(bytes, request)
      received += 1
      answer(socket, received)
    })
    socket.on('error', () => socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  try {
    const result = await client.run({
      port: (server.address() as net.AddressInfo).port,
      connections: [[request], [request]],
      expectedBody,
      warmupMs: 0,
      durationMs: 10_000,
      requestsMax: 3,
    })
    return { result, received }
  } finally {
    server.close()
  }
}

test('every answer is a sample', async () => {
  const { result, received } = await load((socket) => socket.write(good))
  assert.equal(received, 6)
  assert.equal(result.latenciesMs.length, 6)
  assert.equal(result.failures, 0)
  assert.ok(result.latenciesMs.every((ms) => ms > 0))
  assert.ok(result.elapsedMs > 0)
})

test('answers that come in pieces are put together', async () => {
  const { result } = await load((socket) => {
    socket.setNoDelay(true)
    const pieces = [good.slice(0, 20), good.slice(20, 40), good.slice(40)]
    const send = (): void => {
      const piece = pieces.shift()
      if (piece !== undefined) socket.write(piece, () => setImmediate(send))
    }
    send()
  })
  assert.equal(result.latenciesMs.length, 6)
  assert.equal(result.failures, 0)
})

test('a wrong body or status is a failure and no sample, and the load goes on', async () => {
  const { result, received } = await load((socket, number) => {
    const wrongBody = good.replace('good', 'evil')
    const wrongStatus = good.replace('200 OK', '429 Too Many Requests')
    socket.write(number === 1 ? wrongBody : number === 2 ? wrongStatus : good)
  })
  assert.equal(received, 6)
  assert.equal(result.latenciesMs.length, 4)
  assert.equal(result.failures, 2)
  assert.match(result.firstFailure ?? '', /evil$/)
})

test('where the length alone is known, any body of that length is a sample', async () => {
  const bodies = ['good', 'evil', 'more', 'less', 'longer', '']
  const { result } = await load(
    (socket, number) => {
      const body = bodies[number - 1] ?? ''
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`)
    },
    { bytes: 4 },
  )
  assert.equal(result.latenciesMs.length, 4)
  assert.equal(result.failures, 2)
})

test('a connection that breaks, or whose answers have no length, ends and counts as a failure', async () => {
  const broken = await load((socket, number) => {
    if (number === 1) socket.end()
    else socket.write(good)
  })
  assert.equal(broken.result.failures, 1)
  assert.equal(broken.result.latenciesMs.length, 3)
  const endless = await load((socket) => socket.write('HTTP/1.1 200 OK\r\n\r\ngood'))
  assert.equal(endless.result.failures, 2)
  assert.equal(endless.result.latenciesMs.length, 0)
})

test('a server that is not there is a failure of each connection', async () => {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  server.close()
  await once(server, 'close')
  const result = await client.run({
    port,
    connections: [[request], [request]],
    expectedBody: Buffer.from('good'),
    warmupMs: 0,
    durationMs: 100,
  })
  assert.equal(result.failures, 2)
  assert.equal(result.latenciesMs.length, 0)
})
