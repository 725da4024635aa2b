/** Who waits for an environment that is about to be free, and for how long. */
import assert from 'node:assert/strict'
import { availableParallelism } from 'node:os'
import { describe, it } from 'node:test'
import { invoke, setUp, settle } from '../../test/kit/dataplane.ts'
import { FakeClock } from '../../test/kit/fake-clock.ts'
import { impatientMaxMs, impatientMs, patienceMs, quickMs } from './limits.ts'
import { Patience } from './patience.ts'

function setUpPatience() {
  const clock = new FakeClock()
  const world = { clock, served: 0, working: 2 }
  const patience = new Patience(clock, () => (world.served += 1), 2)
  const wait = () => patience.wait(() => patience.isCrowded(world.working))
  return Object.assign(world, { patience, wait })
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

  it('lasts while others get done', () => {
    const world = setUpPatience()
    const { patience, clock } = world
    patience.onFinished(0)
    world.wait()
    for (let n = 0; n < 50; n += 1) {
      clock.advance(patienceMs - 1)
      patience.onFinished(0)
    }
    assert.equal(world.served, 0)
    // Nobody else works any more: there is room.
    world.working = 1
    clock.advance(patienceMs * 2)
    assert.equal(world.served, 1)
    clock.advance(impatientMaxMs)
    assert.equal(world.served, 1)
  })

  it('is lost when nobody gets done, for longer each time', () => {
    const world = setUpPatience()
    const { patience, clock } = world
    patience.onFinished(0)
    for (const lostMs of [impatientMs, impatientMs * 2, impatientMs * 4]) {
      assert.equal(patience.isCrowded(2), true)
      world.wait()
      clock.advance(patienceMs)
      assert.equal(patience.isCrowded(2), false)
      clock.advance(lostMs - 1)
      assert.equal(patience.isCrowded(2), false)
      clock.advance(1)
    }
    assert.equal(world.served, 3)
    clock.advance(impatientMaxMs)
    world.wait()
    clock.advance(patienceMs + impatientMs)
    assert.equal(patience.isCrowded(2), true)
  })

  it('ends with its pool', () => {
    const world = setUpPatience()
    world.wait()
    world.patience.end()
    world.clock.advance(patienceMs)
    assert.equal(world.served, 0)
  })
})

describe('a function that has been quick', () => {
  it('gets as many environments as there are processors, and more when none of them gets done', async () => {
    const many = availableParallelism() + 2
    const { backend, clock, dataplane } = setUp(async (process) => {
      await process.ready()
      for (;;) {
        const event = await process.next()
        const id = event.headers['lambda-runtime-aws-request-id']
        if (event.body.includes('wait')) await go.promise
        process.post(`invocation/${id}/response`, '"done"')
        assert.equal((await process.answer()).status, 202)
      }
    })
    const go = Promise.withResolvers<void>()
    await invoke(dataplane, 'first')
    await settle()
    const slow = Array.from({ length: many }, () => invoke(dataplane, 'wait'))
    await settle()
    assert.equal(backend.processes.length, availableParallelism())
    clock.advance(patienceMs)
    await settle()
    assert.equal(backend.processes.length, many)
    go.resolve()
    await Promise.all(slow)
    await settle()
    // Idle ones are left alone, too, and all are answered.
    clock.advance(impatientMs)
    await Promise.all(Array.from({ length: 100 }, () => invoke(dataplane, 'go on')))
    assert.equal(backend.processes.length, many)
    await dataplane[Symbol.asyncDispose]()
  })
})
