/** The whole of it: what a function has of the network in a real sandbox, as the user that functions are. */
import assert from 'node:assert/strict'
import type { Socket } from 'node:net'
import { after, before, describe, it } from 'node:test'
import { node, TestBackend, whyNoOci } from '../test-support.ts'
import {
  addresses,
  enterOwnHost,
  interfaces,
  Internet,
  until,
  whyNoNetworks,
} from './test-support.ts'
import type { NetworkMode } from './networks.ts'

const skip = whyNoOci() || whyNoNetworks()

const network = (mode: NetworkMode) => ({
  mode,
  endpointPort: 4566,
  nameservers: [{ address: addresses.web, port: 53 }],
  onEndpoint: (connection: Socket) =>
    void connection.end('HTTP/1.1 200 OK\r\ncontent-length: 7\r\nconnection: close\r\n\r\nlambdad'),
})

/** Each line is the outcome of one attempt. */
const attempts = `
  const tell = (promise) => promise.then(console.log, (error) => console.log((error.cause ?? error).code))
  const text = async (url) => (await fetch(url)).text()
  await tell(text('http://www.example.test/'))
  await tell(text('http://127.0.0.1:4566/'))
  await tell(text('http://abc.lambda-url.us-east-1.localhost:4566/'))
  await tell(text('http://host.example.test/'))
  await tell(text('http://169.254.169.254/'))
  const { dlopen } = process.getBuiltinModule('node:ffi')
  const { socket } = dlopen(null, { socket: { arguments: ['i32', 'i32', 'i32'], return: 'i32' } }).functions
  console.log(socket(2, 3, 1), socket(17, 3, 0))
`

describe('a function in its sandbox', { skip, timeout: 60_000 }, () => {
  let internet: Internet

  before(async () => {
    enterOwnHost()
    internet = await Internet.start()
  })

  after(async () => {
    await internet[Symbol.asyncDispose]()
  })

  const outcomes = {
    egress: [addresses.host, 'lambdad', 'lambdad', 'ECONNREFUSED', 'ECONNREFUSED'],
    'host-only': ['EREFUSED', 'lambdad', 'lambdad', 'EREFUSED', 'ENETUNREACH'],
    none: ['EREFUSED', 'ECONNREFUSED', 'ECONNREFUSED', 'EREFUSED', 'ENETUNREACH'],
  } as const
  const ways = Object.entries(outcomes).flatMap(([mode, expected]) =>
    // In gVisor the sockets are those of another kernel, in the same network.
    (['crun', 'runsc'] as const).map((runtime) => ({ mode, expected, runtime })),
  )
  for (const { mode, expected, runtime } of ways) {
    const options = { skip: whyNoOci(runtime) }
    it(
      `reaches what it may and nothing else, in mode ${mode}, with ${runtime}`,
      options,
      async () => {
        const choice = network(mode as NetworkMode)
        await using test = await TestBackend.open({ runtime, network: choice })
        const script = [
          '--disable-warning=ExperimentalWarning',
          '--input-type=module',
          '-e',
          attempts,
        ]
        const { stdout } = await test.run([node, ...script])
        // What the C library makes of a refused query.
        const lines = stdout
          .trim()
          .replaceAll(/EAI_AGAIN|ENOTFOUND/g, 'EREFUSED')
          .split('\n')
        // And no raw sockets, of either kind.
        assert.deepEqual(lines, [...expected, '-1 -1'])
      },
    )
  }

  it('leaves no wire behind', async () => {
    const test = await TestBackend.open({ network: network('egress') })
    await Promise.all(Array.from({ length: 4 }, () => test.run([node, '-e', ''])))
    await test[Symbol.asyncDispose]()
    await until(() => !interfaces().some((name) => name.startsWith('lmbd')))
  })
})
