import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { NetworksOnDemand } from './networks-on-demand.ts'
import type { NetworkOptions, Networks, SandboxNetwork } from './networks.ts'

const options = {} as NetworkOptions

/** Networks that only count. */
class Counted implements Networks {
  taken = 0
  disposed = 0

  take(): Promise<SandboxNetwork> {
    this.taken += 1
    return Promise.resolve({} as SandboxNetwork)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disposed += 1
  }
}

describe('networks on demand', () => {
  it('are made once, by whoever comes first', async () => {
    const made: Counted[] = []
    const networks = new NetworksOnDemand(options, async () => {
      made.push(new Counted())
      return made[0] as Counted
    })
    assert.equal(made.length, 0)
    await Promise.all([networks.take(), networks.prepare(), networks.take()])
    assert.equal(made.length, 1)
    assert.equal(made[0]?.taken, 2)
    await networks[Symbol.asyncDispose]()
    assert.equal(made[0]?.disposed, 1)
    await assert.rejects(
      (async () => {
        const late = new NetworksOnDemand(options, async () => new Counted())
        await late[Symbol.asyncDispose]()
        await late.take()
      })(),
      /the networks are gone/,
    )
  })

  it('say what is in the way each time, and come when it is gone', async () => {
    let trouble: string | undefined = 'no nft here'
    const networks = new NetworksOnDemand(options, async () => {
      if (trouble !== undefined) throw new Error(trouble)
      return new Counted()
    })
    await assert.rejects(networks.prepare(), /no nft here/)
    await assert.rejects(networks.take(), /no nft here/)
    trouble = undefined
    await networks.prepare()
    await networks[Symbol.asyncDispose]()
  })

  it('that are being made at the end are disposed of, too', async () => {
    const counted = new Counted()
    const making = Promise.withResolvers<Networks>()
    const networks = new NetworksOnDemand(options, () => making.promise)
    const prepared = networks.prepare()
    const disposed = networks[Symbol.asyncDispose]()
    making.resolve(counted)
    await Promise.all([prepared, disposed])
    assert.equal(counted.disposed, 1)
  })
})
