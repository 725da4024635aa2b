/** Who waits for an environment that is about to be free, and for how long. */
import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, it } from 'node:test'
import { invoke, processors, setUp, settle } from '../../test/kit/dataplane.ts'
import { FakeClock } from '../../test/kit/fake-clock.ts'
import type { FakeProcess } from '../../test/kit/fake-sandbox.ts'
import {
  idleEnvironmentMs,
  impatientMaxMs,
  impatientMs,
  patienceMs,
  progressMax,
  quickMs,
} from './limits.ts'
import { Patience } from './patience.ts'

/** @param many processors */
function setUpPatience(many = 2) {
  const clock = new FakeClock()
  const world = { clock, served: 0, working: many, waiting: 1 }
  const patience = new Patience(clock, many, {
    isHeld: () => world.waiting > 0 && patience.isCrowded(world.working),
    serve: () => (world.served += 1),
  })
  /** A moment in which so many get done. */
  const pass = async (ms: number, done = 0) => {
    clock.advance(ms)
    // Also when the timer was late: they are read after it.
    for (let n = 0; n < done; n += 1) patience.onFinished(0)
    await turn()
    await turn()
  }
  return Object.assign(world, { patience, pass })
}

describe('patience', () => {
  it('is had once all processors work for a function that is quick', () => {
    const { patience } = setUpPatience()
    assert.equal(patience.isCrowded(2), false, 'nothing is known of it')
    patience.onFinished(quickMs * 20)
    assert.equal(patience.isCrowded(2), false)
    patience.onFinished(quickMs / 2)
    assert.equal(patience.isCrowded(1), false)
    assert.equal(patience.isCrowded(2), true)
    // Most wait for a processor under load.
    for (let n = 0; n < 60; n += 1) patience.onFinished(n % 20 === 0 ? quickMs / 2 : quickMs * 20)
    assert.equal(patience.isCrowded(2), true)
    for (let n = 0; n < 60; n += 1) patience.onFinished(quickMs * 20)
    assert.equal(patience.isCrowded(2), false)
  })

  it('lasts while as many get done as there are processors, and somebody waits', async () => {
    for (const many of [1, 2, 16, 64]) {
      const world = setUpPatience(many)
      const { patience, pass } = world
      patience.onFinished(0)
      patience.wait()
      for (let n = 0; n < 5; n += 1) await pass(patienceMs, Math.min(many, progressMax))
      assert.equal(world.served, 0)
      assert.equal(patience.isCrowded(many), true)
      world.waiting = 0
      await pass(patienceMs)
      assert.equal(world.served, 1)
      assert.equal(patience.isCrowded(many), true, 'nobody has waited in vain')
      await pass(impatientMaxMs)
      assert.equal(world.served, 1)
    }
  })

  it('is lost when fewer get done, for longer each time', async () => {
    const world = setUpPatience()
    const { patience, pass } = world
    patience.onFinished(0)
    for (const lostMs of [impatientMs, impatientMs * 2, impatientMs * 4]) {
      assert.equal(patience.isCrowded(2), true)
      patience.wait()
      await pass(patienceMs, 1)
      assert.equal(patience.isCrowded(2), false)
      await pass(lostMs - 1)
      assert.equal(patience.isCrowded(2), false)
      await pass(1)
    }
    assert.equal(world.served, 3)
    await pass(impatientMaxMs)
    patience.wait()
    await pass(patienceMs)
    await pass(impatientMs)
    assert.equal(patience.isCrowded(2), true)
  })

  it('ends with its pool, also in the last moment', async () => {
    const world = setUpPatience()
    world.patience.wait()
    world.clock.advance(patienceMs)
    world.patience.end()
    await world.pass(patienceMs)
    assert.equal(world.served, 0)
  })
})

/** Functions whose calls with `wait` last until the test says so. */
function setUpWaiting(environmentsMax = 100) {
  const go = Promise.withResolvers<void>()
  /** Who got an event, in order. */
  const served: FakeProcess[] = []
  const world = setUp(
    async (process) => {
      await process.ready()
      for (;;) {
        const event = await process.next()
        const id = event.headers['lambda-runtime-aws-request-id']
        served.push(process)
        if (event.body.includes('wait')) await go.promise
        process.post(`invocation/${id}/response`, '"done"')
        assert.equal((await process.answer()).status, 202)
      }
    },
    { environmentsMax },
  )
  const call = (count: number, what: string) =>
    Promise.all(Array.from({ length: count }, () => invoke(world.dataplane, what)))
  const pass = async (ms: number) => {
    world.clock.advance(ms)
    await settle()
  }
  return { ...world, go, served, call, pass }
}

describe('a function that has been quick', () => {
  it('gets as many environments as there are processors, and more when too few get done', async () => {
    const { backend, dataplane, go, served, call, pass } = setUpWaiting()
    await call(1, 'first')
    await settle()
    const slow = call(7, 'wait')
    await settle()
    assert.equal(backend.processes.length, processors)
    await pass(patienceMs)
    assert.equal(backend.processes.length, 7)
    go.resolve()
    await slow
    await pass(impatientMs)
    served.length = 0
    await call(200, 'go on')
    assert.equal(served.length, 200)
    assert.equal(new Set(served).size, processors, 'idle ones are left alone')
    assert.equal(backend.processes.length, 7)
    await dataplane[Symbol.asyncDispose]()
  })

  it('answers all who wait when those that rest are ended meanwhile', async () => {
    const { backend, clock, dataplane, go, call, pass } = setUpWaiting()
    const first = call(8, 'wait')
    await settle()
    go.resolve()
    await first
    await settle()
    assert.equal(backend.alive.size, 8)
    clock.advance(idleEnvironmentMs - 1_000)
    const answers = call(50, 'go on')
    // Within one turn, in which nothing has come from any of them.
    clock.advance(2_500)
    for (const { functionError } of await answers) assert.equal(functionError, undefined)
    await pass(idleEnvironmentMs * 2)
    assert.equal(backend.alive.size, 0)
    await dataplane[Symbol.asyncDispose]()
  })

  it('stays within the environments there may be, whoever has waited', async () => {
    const { backend, dataplane, go, call, pass } = setUpWaiting(4)
    await call(1, 'first')
    await settle()
    const slow = call(20, 'wait')
    await pass(patienceMs)
    await pass(patienceMs)
    assert.equal(backend.alive.size, 4)
    go.resolve()
    assert.equal((await slow).length, 20)
    await dataplane[Symbol.asyncDispose]()
  })
})
