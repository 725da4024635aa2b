import assert from 'node:assert/strict'
import { createServer } from 'node:net'
import { describe, it } from 'node:test'
import { silentLog } from '../../kernel/log.ts'
import { SandboxStartError } from '../sandbox.ts'
import { NetworkPool } from './network-pool.ts'
import type { Maker, PoolOptions } from './network-pool.ts'

/** Makes networks that are only counted. */
class FakeMaker implements Maker {
  made = 0
  left = 0
  disposed = 0
  ended: Error | undefined
  trouble: Error | undefined

  async make() {
    await new Promise(setImmediate)
    const failure = this.ended ?? this.trouble
    if (failure !== undefined) throw failure
    this.made += 1
    this.left += 1
    return {
      path: `/network/${this.made}`,
      runtimeApi: createServer(),
      endpoint: undefined,
      [Symbol.asyncDispose]: async () => void (this.left -= 1),
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.disposed += 1
  }
}

function pool(maker: FakeMaker, options: Partial<PoolOptions> = {}): NetworkPool {
  const restart = async (): Promise<Maker> => assert.fail('it has not ended')
  const rest = { maker, restart, spare: 2, onEndpoint: () => undefined, log: silentLog }
  return new NetworkPool({ ...rest, ...options })
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate)
}

describe('the pool of networks', () => {
  it('keeps some ahead, gives each once, and disposes of those that nobody took', async () => {
    const maker = new FakeMaker()
    const networks = pool(maker)
    await networks.fill()
    await settled()
    assert.equal(maker.made, 2)
    const taken = await Promise.all(Array.from({ length: 5 }, () => networks.take()))
    await settled()
    assert.equal(new Set(taken.map(({ path }) => path)).size, 5)
    assert.equal(maker.made, 7)
    await networks[Symbol.asyncDispose]()
    assert.deepEqual([maker.left, maker.disposed], [5, 1])
  })

  it('says at the start when none can be made', async () => {
    const maker = new FakeMaker()
    maker.trouble = new Error('no veth')
    const networks = pool(maker)
    await assert.rejects(networks.fill(), (error: Error) => {
      assert.ok(error instanceof SandboxStartError)
      assert.match(error.message, /no veth/)
      return true
    })
    await networks[Symbol.asyncDispose]()
  })

  it('tells of a failure whoever needs one, and recovers', async () => {
    const maker = new FakeMaker()
    const networks = pool(maker)
    await networks.fill()
    await settled()
    maker.trouble = new SandboxStartError('all addresses are in use')
    await networks.take()
    await networks.take()
    await settled()
    await assert.rejects(networks.take(), /all addresses/)
    await settled()
    maker.trouble = undefined
    await networks.take()
    await settled()
    assert.equal(maker.left, 5)
    await networks[Symbol.asyncDispose]()
  })

  it('starts another maker when one has ended, once for all who wait', async () => {
    const first = new FakeMaker()
    const second = new FakeMaker()
    let restarts = 0
    let isPossible = false
    const restart = async (): Promise<Maker> => {
      restarts += 1
      if (!isPossible) throw new Error('no threads')
      return second
    }
    const networks = pool(first, { restart, spare: 0 })
    first.ended = new Error('it crashed')
    await assert.rejects(networks.take(), SandboxStartError)
    assert.deepEqual([restarts, first.disposed], [1, 0])
    isPossible = true
    await Promise.all([networks.take(), networks.take(), networks.take()])
    assert.deepEqual([restarts, first.disposed, second.made], [2, 1, 3])
    await networks[Symbol.asyncDispose]()
    assert.deepEqual([first.disposed, second.disposed], [1, 1])
  })
})
