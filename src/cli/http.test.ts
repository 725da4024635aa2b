/** Against servers of all kinds, on the loopback. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type Server, createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { type CliError, exitCodes } from './failure.ts'
import { send } from './http.ts'
import { answerBytesMax } from './limits.ts'
import { nobody } from './test-support.ts'

async function listening(handler: Parameters<typeof createServer>[1]): Promise<{
  readonly url: URL
  readonly server: Server
}> {
  const server = createServer(handler ?? (() => undefined)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return { url: new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`), server }
}

const get = { method: 'GET', headers: {}, body: new Uint8Array() }

describe('one request', () => {
  it('gets the whole answer', async () => {
    const { url, server } = await listening((request, response) => {
      response.writeHead(418, { 'x-path': request.url }).write('half ')
      request.pipe(response)
    })
    const path = new URL('/a%3Ab?c=d', url)
    const answer = await send(path, { ...get, method: 'POST', body: Buffer.from('and half') })
    server.close()
    assert.equal(answer.status, 418)
    assert.equal(answer.headers['x-path'], '/a%3Ab?c=d')
    assert.equal(answer.body.toString(), 'half and half')
  })

  it('says what to do when nobody answers', async () => {
    await assert.rejects(send(new URL(nobody), get), (error: CliError) => {
      assert.equal(error.exitCode, exitCodes.unreachable)
      assert.match(error.message, /^no server answers at http:\/\/127\.0\.0\.1:9\. Start one/)
      return true
    })
  })

  it('says so when the connection breaks, before the answer and in it', async () => {
    for (const head of ['', 'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf']) {
      const { url, server } = await listening((request) => {
        request.socket.end(head, () => request.socket.destroy())
      })
      await assert.rejects(send(url, get), (error: CliError) => {
        assert.equal(error.exitCode, exitCodes.unreachable)
        assert.match(error.message, /^the connection to http:\/\/127\.0\.0\.1:\d+ failed/)
        return true
      })
      server.close()
    }
  })

  it('is given up when the answer has no end', async () => {
    const { url, server } = await listening((_, response) => {
      const chunk = Buffer.alloc(answerBytesMax / 8)
      const write = (): void => {
        while (response.write(chunk));
        response.once('drain', write)
      }
      write()
    })
    await assert.rejects(send(url, get), /answers without end/)
    server.closeAllConnections()
    server.close()
  })
})
