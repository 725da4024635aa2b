/** The thread behind the networks, and its end. */
import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { NetworkMaker } from './network-maker.ts'
import { descriptors, enterOwnHost, inside, until, whyNoNetworks } from './test-support.ts'

const settings = {
  mode: 'host-only',
  endpointPort: 4566,
  wirePrefix: 'lmbdtest00',
  ranges: [],
  nameservers: [],
} as const

describe('the maker of networks', { skip: whyNoNetworks(), timeout: 60_000 }, () => {
  before(enterOwnHost)

  it('ends with all that was asked for answered, and makes no more', async () => {
    const atFirst = descriptors()
    const maker = new NetworkMaker(settings)
    await maker.open()
    const asked = [maker.make(), maker.make()]
    const ending = maker[Symbol.asyncDispose]()
    const networks = await Promise.all(asked)
    await ending
    assert.match(maker.ended?.message ?? '', /has ended/)
    await assert.rejects(maker.make(), /has ended/)
    // What it has made is in use, and can be disposed of.
    for (const network of networks) {
      network.endpoint?.on('connection', (connection) => connection.end('still here'))
      const said = await inside(network, "connect('127.0.0.1', 4566).then(console.log)")
      assert.equal(said, 'still here')
      await network[Symbol.asyncDispose]()
    }
    await until(() => descriptors() <= atFirst)
  })

  it('fails in words where it is asked for what cannot be, and goes on', async () => {
    const maker = new NetworkMaker({ ...settings, endpointPort: 53 })
    await assert.rejects(maker.make(), /was opened/)
    await maker.open()
    await assert.rejects(maker.make(), /EADDRINUSE/)
    await assert.rejects(maker.make(), /EADDRINUSE/)
    assert.equal(maker.ended, undefined)
    await maker[Symbol.asyncDispose]()
  })
})
