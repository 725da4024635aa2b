/** Bodies over real connections: slow, chunked, abandoned, too long, too many. */
import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { setImmediate as giveWay } from 'node:timers/promises'
import { describe, it } from 'node:test'
import type { Authenticator } from '../access/index.ts'
import { ServiceError } from '../kernel/errors.ts'
import { type Body, BodyBudget, readBody } from './body.ts'
import { requestBytesMax } from './limits.ts'
import { RawClient, ask, callOf, startTestGateway } from './test-support.ts'

type Read = Body | 'gone' | 'no room'

/** Reads bodies with a budget, and keeps them. */
async function startReader(budget: BodyBudget) {
  const bodies: Read[] = []
  const server = http.createServer((request, response) => {
    void Promise.resolve(readBody(request, budget)).then((body) => {
      bodies.push(body)
      server.emit('body')
      response.end(typeof body === 'string' ? body : String(body.bytes.length))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    bodies,
    async upTo(count: number): Promise<void> {
      while (bodies.length < count) await once(server, 'body')
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

const post = (more: string): string => `POST / HTTP/1.1\r\nHost: h\r\n${more}\r\n`

describe('readBody', () => {
  it('puts together what trickles in, with a length or in chunks', async () => {
    const budget = new BodyBudget()
    await using reader = await startReader(budget)
    await using client = new RawClient(reader)
    for (const byte of `${post('Content-Length: 5\r\n')}hello`) {
      client.send(byte)
      await giveWay()
    }
    await reader.upTo(1)
    client.send(post('Transfer-Encoding: chunked\r\n'))
    for (const part of ['1\r\na\r\n', '3;x=y\r\nbcd\r\n', '0\r\nTrailer: t\r\n\r\n']) {
      client.send(part)
      await giveWay()
    }
    await reader.upTo(2)
    const texts = reader.bodies.map((body) =>
      typeof body === 'string' ? body : String(body.bytes),
    )
    assert.deepEqual(texts, ['hello', 'abcd'])
    assert.equal(budget.bytes, 9)
  })

  it('knows that there is none', async () => {
    await using reader = await startReader(new BodyBudget())
    await using client = new RawClient(reader)
    client.send(post('Content-Length: 0\r\n') + post(''))
    await reader.upTo(2)
    const none = { bytes: Buffer.alloc(0), tooLarge: false }
    assert.deepEqual(reader.bodies, [none, none])
  })

  it('gives back what a client that went away had sent', async () => {
    const budget = new BodyBudget()
    await using reader = await startReader(budget)
    const client = new RawClient(reader)
    client.send(`${post('Content-Length: 1000\r\n')}${'x'.repeat(500)}`)
    while (budget.bytes !== 500) await giveWay()
    await client[Symbol.asyncDispose]()
    await reader.upTo(1)
    assert.deepEqual([reader.bodies, budget.bytes], [['gone'], 0])
  })

  it('refuses what finds no room, reads it to its end, and takes the next', async () => {
    const budget = new BodyBudget(1000)
    await using reader = await startReader(budget)
    const large = await ask(reader, { method: 'POST', body: 'x'.repeat(2000) })
    assert.deepEqual([large.text, budget.bytes], ['no room', 0])
    const small = await ask(reader, { method: 'POST', body: 'x'.repeat(1000) })
    assert.deepEqual([small.text, budget.bytes], ['1000', 1000])
    const next = await ask(reader, { method: 'POST', body: 'x' })
    assert.deepEqual([next.text, budget.bytes], ['no room', 1000])
  })
})

/** The check of a signature over a body that was dropped would fail. */
const refusing: Authenticator = {
  authenticate() {
    throw new ServiceError('InvalidSignatureException', 'The signature does not match', {
      status: 403,
    })
  },
}

/** The shapes in which clients read a body's refusal. */
const tooLargeOf = {
  restJson1:
    /^\{.*"[mM]essage":"Request must be smaller than 70167211 bytes for the GetFunction operation"/,
  awsJson:
    /"RequestEntityTooLargeException".*"Request must be smaller than 70167211 bytes for the DescribeLogGroups operation"/,
  awsQuery:
    /<Code>RequestEntityTooLargeException<\/Code>.*<Message>Request must be smaller than 70167211 bytes<\/Message>/s,
} as const

describe('a body over the limit', () => {
  const body = new Uint8Array(requestBytesMax + 1)
  const services = {
    lambda: { GetFunction: () => assert.fail('called') },
    logs: { DescribeLogGroups: () => assert.fail('called') },
    sts: { GetCallerIdentity: () => assert.fail('called') },
  }
  const signed = (service: string) => ({
    Authorization: `AWS4-HMAC-SHA256 Credential=AKID/20261121/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=00`,
  })
  const signedAs = { restJson1: 'lambda', awsJson: 'logs', awsQuery: 'sts' } as const

  for (const protocol of ['restJson1', 'awsJson', 'awsQuery'] as const) {
    it(`is refused in the words of ${protocol}, before its signature`, async () => {
      await using gateway = await startTestGateway(services, { authenticator: refusing })
      for (const coding of [
        { 'Content-Length': body.length },
        { 'Transfer-Encoding': 'chunked' },
      ]) {
        const call = { headers: {}, ...callOf[protocol] }
        const headers = { ...call.headers, ...coding, ...signed(signedAs[protocol]) }
        const { status, text } = await ask(gateway, { ...call, headers, body })
        assert.equal(status, 413)
        assert.match(text, tooLargeOf[protocol])
      }
      assert.deepEqual(gateway.logged, [])
    })
  }

  it('is read only as far as the client sends it', async () => {
    await using gateway = await startTestGateway(services)
    const client = new RawClient(gateway)
    client.send(
      `POST /2015-03-31/functions HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999\r\n\r\nabc`,
    )
    await giveWay()
    await client[Symbol.asyncDispose]()
    assert.equal(client.received, '')
    assert.equal((await ask(gateway, { path: '/_x' })).status, 404)
  })
})
