/** The listener: what clients may do to a connection, and what is left of it afterwards. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { describe, it } from 'node:test'
import { setImmediate as giveWay } from 'node:timers/promises'
import type { CallContext } from '../kernel/operation.ts'
import { RawClient, ask, callOf, getFunction, startTestGateway } from './test-support.ts'

const get = (path = getFunction, more = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: h\r\n${more}\r\n`

/** Answers with the name it was asked for. */
const named = {
  lambda: {
    GetFunction: (input: { FunctionName: string }) => ({
      Configuration: { FunctionName: input.FunctionName },
    }),
  },
}

async function lives(gateway: { readonly port: number }): Promise<void> {
  assert.equal((await ask(gateway, callOf.restJson1)).status, 200)
}

describe('what is no HTTP', () => {
  const cases: readonly (readonly [name: string, bytes: string | Uint8Array, status: RegExp])[] = [
    ['noise', '\x00\x01\x02\xff\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['a TLS hello', Uint8Array.of(22, 3, 1, 2, 0, 1, 0, 1, 252, 3, 3), /^HTTP\/1\.1 400 /],
    ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['an unknown method', 'FLY / HTTP/1.1\r\nHost: h\r\n\r\n', /^HTTP\/1\.1 400 /],
    ['a space in a header name', get(getFunction, 'a b: c\r\n'), /^HTTP\/1\.1 400 /],
    ['a NUL in a header', get(getFunction, 'a: b\0c\r\n'), /^HTTP\/1\.1 400 /],
    [
      'two lengths',
      get(getFunction, 'Content-Length: 1\r\nContent-Length: 2\r\n'),
      /^HTTP\/1\.1 400 /,
    ],
    [
      'a length and chunks',
      get(getFunction, 'Content-Length: 1\r\nTransfer-Encoding: chunked\r\n'),
      /^HTTP\/1\.1 400 /,
    ],
    ['a negative length', get(getFunction, 'Content-Length: -1\r\n'), /^HTTP\/1\.1 400 /],
    [
      'a chunk without a size',
      get(getFunction, 'Transfer-Encoding: chunked\r\n') + 'zz\r\n',
      /^HTTP\/1\.1 400 /,
    ],
    ['huge headers', get(getFunction, `a: ${'x'.repeat(1_100_000)}\r\n`), /^HTTP\/1\.1 431 /],
  ]
  for (const [name, bytes, status] of cases) {
    it(`${name}: an answer, a closed connection, and no trace`, async () => {
      await using gateway = await startTestGateway(named)
      await using client = new RawClient(gateway)
      client.send(bytes)
      await client.closed
      assert.match(client.received, status)
      assert.match(client.received, /\r\n\r\n\{"message":"[\w ]+"\}$/)
      await lives(gateway)
      assert.deepEqual(gateway.logged, [])
    })
  }

  it('a megabyte of headers is not too much', async () => {
    await using gateway = await startTestGateway(named)
    const headers = { 'x-amz-client-context': 'x'.repeat(1_000_000) }
    assert.equal((await ask(gateway, { path: getFunction, headers })).status, 200)
  })

  it('a connection that says nothing harms nobody', async () => {
    await using gateway = await startTestGateway(named)
    await using silent = new RawClient(gateway)
    await using half = new RawClient(gateway)
    half.send('GET / HT')
    await lives(gateway)
    assert.equal(silent.received + half.received, '')
  })
})

describe('connections', () => {
  it('carry one request after the other', async () => {
    await using gateway = await startTestGateway(named)
    await using client = new RawClient(gateway)
    for (const name of ['a', 'b', 'c']) {
      client.send(get(`/2015-03-31/functions/${name}`))
      await client.until(new RegExp(`"FunctionName":"${name}"`))
    }
  })

  it('carry requests sent ahead, answered in their order', async () => {
    await using gateway = await startTestGateway({
      lambda: {
        GetFunction: async ({ FunctionName }: { FunctionName: string }) => {
          // The first takes the longest.
          const turns = FunctionName === 'a' ? 20 : 0
          for (let turn = 0; turn < turns; turn += 1) await giveWay()
          return { Configuration: { FunctionName } }
        },
      },
    })
    await using client = new RawClient(gateway)
    client.send(['a', 'b', 'c'].map((name) => get(`/2015-03-31/functions/${name}`)).join(''))
    await client.until(/"FunctionName":"c"/)
    assert.match(client.received, /"FunctionName":"a".*"FunctionName":"b".*"FunctionName":"c"/s)
  })

  it('many at once', async () => {
    await using gateway = await startTestGateway(named)
    const names = Array.from({ length: 300 }, (_, index) => `f${index}`)
    const answers = await Promise.all(
      names.map((name) => ask(gateway, { path: `/2015-03-31/functions/${name}` })),
    )
    const found = answers.map(({ text }) => JSON.parse(text).Configuration.FunctionName)
    assert.deepEqual(found, names)
  })

  it('a pipelined request behind a broken one gets no answer', async () => {
    await using gateway = await startTestGateway(named)
    await using client = new RawClient(gateway)
    client.send(`${get()}BROKEN\r\n\r\n${get('/2015-03-31/functions/never')}`)
    await client.closed
    assert.doesNotMatch(client.received, /never/)
    await lives(gateway)
  })
})

describe('the answer', () => {
  it("echoes a client's request id only when it is one", async () => {
    await using gateway = await startTestGateway(named)
    const idFor = async (given: string) => {
      const headers = { 'x-amzn-RequestId': given }
      return (await ask(gateway, { path: getFunction, headers })).headers['x-amzn-requestid']
    }
    const id = '01234567-89ab-4cde-8f01-23456789abcd'
    assert.equal(await idFor(id), id)
    const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
    for (const junk of ['x', `${id}0`, '<script>', '']) {
      const made = await idFor(junk)
      assert.match(String(made), uuid)
      assert.notEqual(made, id)
    }
  })

  it('never gives back a host that is none', async () => {
    await using gateway = await startTestGateway({
      lambda: {
        GetFunction: (_: unknown, { endpoint }: CallContext) => ({ Code: { Location: endpoint } }),
      },
    })
    const endpointFor = async (host: string) => {
      const { text } = await ask(gateway, { path: getFunction, headers: { Host: host } })
      return JSON.parse(text).Code.Location
    }
    for (const host of ['localhost:4566', 'lambdad.internal', '10.0.0.1:80', '[::1]:4566']) {
      assert.equal(await endpointFor(host), `http://${host}`)
    }
    const junk = [
      'a b',
      '"><script>',
      'evil/..',
      'a@b',
      'a:b',
      'a:123456',
      'x'.repeat(300),
      'h?x',
      'h#x',
      '[::1',
      '\\',
    ]
    for (const host of junk) assert.equal(await endpointFor(host), gateway.url, host)
  })

  it('to HEAD has no body, and the connection goes on', async () => {
    await using gateway = await startTestGateway(named)
    await using client = new RawClient(gateway)
    client.send(`HEAD ${getFunction} HTTP/1.1\r\nHost: h\r\n\r\n${get()}`)
    await client.until(/"FunctionName":"f"/)
    const [head = '', ...others] = client.received.split(/(?=HTTP\/1\.1 \d{3} )/)
    assert.match(head, /^HTTP\/1\.1 \d{3} [^{]*\r\n\r\n$/s)
    assert.equal(others.length, 1)
  })

  it('without content has no length', async () => {
    await using gateway = await startTestGateway({
      lambda: { DeleteFunctionConcurrency: () => ({}) },
    })
    const path = '/2017-10-31/functions/f/concurrency'
    const { status, headers, text } = await ask(gateway, { method: 'DELETE', path })
    assert.deepEqual([status, headers['content-length'], text], [204, undefined, ''])
  })

  it('that cannot be sent ends the connection, not the server', async () => {
    const answer = { status: 200, headers: { 'X-Bad': 'a\r\nb' }, body: 'x' }
    const routes = [{ pathPrefix: '/_bad', handle: () => answer }]
    await using gateway = await startTestGateway(named, { routes })
    await using client = new RawClient(gateway)
    client.send(get('/_bad'))
    await client.closed
    assert.equal(client.received, '')
    assert.match(gateway.logged.join(), /an answer could not be sent/)
    await lives(gateway)
  })
})

describe('paths', () => {
  const paths = [
    '//',
    '/..',
    '/../../etc/passwd',
    '/2015-03-31/functions/../f',
    '/%2e%2e/%2e%2e',
    '/2015-03-31/functions/%zz',
    '/2015-03-31/functions/%',
    '/2015-03-31/functions/%ff%fe',
    '/2015-03-31/functions/%00',
    '/2015-03-31/functions//invocations',
    '/2015-03-31/functions/?Marker=%zz',
    '/2015-03-31//functions/',
    '/_lambdad/../2015-03-31/functions',
    '/_',
    '/?',
    '*',
    'http://elsewhere/2015-03-31/functions/f',
    `/${'a/'.repeat(10_000)}`,
    `/2015-03-31/functions/${'a'.repeat(100_000)}`,
  ]
  it('however odd, are answered', async () => {
    await using gateway = await startTestGateway(named)
    for (const path of paths) {
      for (const method of ['GET', 'POST', 'OPTIONS', 'DELETE', 'PATCH']) {
        const { status, text } = await ask(gateway, { method, path })
        const what = `${method} ${path.slice(0, 60)}: ${status} ${text}`
        assert.ok(
          [400, 403, 404, 405, 501].includes(status) || text.includes('"FunctionName":'),
          what,
        )
        assert.doesNotMatch(text, /node:|\.ts:|    at /, what)
        // Errors of REST services are JSON objects with a message.
        if (status !== 200) assert.match(Object.keys(JSON.parse(text)).join(), /message/i, what)
      }
    }
    assert.deepEqual(gateway.logged, [])
  })
})

describe('draining', () => {
  it('answers what is under way, refuses what is new, and ends idle connections', async () => {
    const asked = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    await using gateway = await startTestGateway({
      lambda: {
        GetFunction: async () => {
          asked.resolve()
          await goOn.promise
          return { Configuration: { FunctionName: 'late' } }
        },
      },
    })
    await using idle = new RawClient(gateway)
    await using busy = new RawClient(gateway)
    idle.send(get('/2015-03-31/nothing'))
    await idle.until(/404 Not Found/)
    busy.send(get())
    await asked.promise
    const drained = gateway.drain(60_000)
    await idle.closed
    await assert.rejects(ask(gateway, callOf.restJson1), { code: 'ECONNREFUSED' })
    goOn.resolve()
    await drained
    await busy.closed
    assert.match(busy.received, /^HTTP\/1\.1 200 OK.*"FunctionName":"late"/s)
  })

  it('cuts off what does not end in time', async () => {
    const asked = Promise.withResolvers<void>()
    await using gateway = await startTestGateway({
      lambda: {
        GetFunction: () => {
          asked.resolve()
          return new Promise(() => undefined)
        },
      },
    })
    await using client = new RawClient(gateway)
    client.send(get())
    await asked.promise
    await gateway.drain(10)
    await client.closed
    assert.equal(client.received, '')
  })

  it('does not wait for a client that says nothing', async () => {
    await using gateway = await startTestGateway(named)
    await using silent = new RawClient(gateway)
    await lives(gateway)
    await gateway.drain(60_000)
    await silent.closed
  })

  it('waits for what came in elsewhere, too', async () => {
    const asked = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    await using gateway = await startTestGateway({
      lambda: {
        GetFunction: async () => {
          asked.resolve()
          await goOn.promise
          return { Configuration: { FunctionName: 'inside' } }
        },
      },
    })
    await using elsewhere = createServer((socket) => gateway.accept(socket)).listen(0, '127.0.0.1')
    await once(elsewhere, 'listening')
    await using client = new RawClient(elsewhere.address() as AddressInfo)
    client.send(get())
    await asked.promise
    const drained = gateway.drain(60_000)
    goOn.resolve()
    await drained
    await client.closed
    assert.match(client.received, /"FunctionName":"inside"/)
    // Now it takes none any more.
    await using late = new RawClient(elsewhere.address() as AddressInfo)
    await late.closed
  })

  it('twice is once', async () => {
    const gateway = await startTestGateway(named)
    await Promise.all([gateway.drain(0), gateway.drain(0)])
    await gateway[Symbol.asyncDispose]()
  })
})
