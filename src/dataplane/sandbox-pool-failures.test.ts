import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { SandboxStartError } from '../sandbox/sandbox.ts'
import {
  idleKindMs,
  poolSweepMs,
  refillDelayMs,
  refillPatienceMs,
  retryDelayMs,
  waitingMin,
} from './limits.ts'
import {
  booting,
  custom,
  versionOf,
  startOf,
  setUp,
  settle,
} from '../../test/kit/waiting-sandboxes.ts'

describe('what fails', () => {
  test('while it waits is dropped, and its kind left alone, longer each time', async () => {
    const { backend, clock, pool, refill } = setUp()
    backend.peakMemoryBytes = 0
    pool.expect(versionOf(), booting)
    await refill()
    for (let failures = 1; failures <= 9; failures += 1) {
      const { tries } = backend
      const [first] = backend.alive
      first?.exit(1)
      await settle()
      assert.equal(pool.waiting, 1)
      clock.advance(retryDelayMs(failures) - refillDelayMs - 1)
      pool.expect(versionOf(), booting)
      await refill()
      assert.equal(backend.tries, tries)
      clock.advance(1)
      pool.expect(versionOf(), booting)
      await refill()
      assert.equal(backend.tries, tries + 1)
      assert.equal(pool.waiting, 2)
    }
    assert.deepEqual(new Set(backend.endReasons), new Set(['pool-crash']))
  })

  test('to start is tried again later, and nobody who is in a hurry waits for it', async () => {
    const { backend, clock, pool, refill, numberOf } = setUp()
    pool.expect(versionOf(), booting)
    backend.failure = 'no more processes'
    await refill()
    assert.equal(backend.tries, 1)
    await assert.rejects(pool.start(startOf(booting)), SandboxStartError)
    backend.failure = undefined
    assert.equal(numberOf(await pool.start(startOf(booting))), 0)
    await refill()
    assert.equal(backend.tries, 3)
    clock.advance(retryDelayMs(1))
    pool.expect(versionOf(), booting)
    await refill()
    assert.equal(pool.waiting, waitingMin)
  })

  test('is forgotten once one has lived through a sweep', async () => {
    const { backend, pool, refill, pass } = setUp()
    pool.expect(versionOf(), booting)
    await refill()
    for (let round = 0; round < 4; round += 1) {
      backend.alive.values().next().value?.exit(1)
      await settle()
      await pass(poolSweepMs)
      await pass(poolSweepMs)
    }
    assert.equal(pool.waiting, waitingMin)
    backend.alive.values().next().value?.exit(1)
    await settle()
    await pass(retryDelayMs(1))
    pool.expect(versionOf(), booting)
    await refill()
    assert.equal(pool.waiting, waitingMin)
  })

  test('does not keep other kinds from being made', async () => {
    const { backend, clock, pool, refill } = setUp()
    pool.expect(versionOf(), custom)
    clock.advance(1)
    pool.expect(versionOf(), booting)
    backend.failure = 'no such program'
    await refill()
    assert.equal(backend.tries, 2)
    backend.failure = undefined
    pool.expect(versionOf({ memoryMb: 256 }), booting)
    await refill()
    assert.equal(pool.waiting, waitingMin)
  })

  test('to be assigned is destroyed, and the function started on its own', async () => {
    const { backend, pool, refill } = setUp()
    pool.expect(versionOf(), booting)
    await refill()
    backend.assignFailure = 'cannot mount'
    const { sandbox, assignment } = await pool.start(startOf(booting))
    assert.equal(assignment, undefined)
    const own = backend.processes.at(-1)
    assert.equal(own?.spec.id, sandbox.id)
    assert.equal(own?.spec.waiting, undefined)
    assert.deepEqual(backend.endReasons, ['failed-to-assign'])
    assert.equal(backend.alive.size, waitingMin)
    await refill()
    assert.equal(pool.waiting, waitingMin)
  })
})

describe('making them', () => {
  test('leaves the machine to starts that somebody waits for, but not for ever', async () => {
    const { backend, pool, pass } = setUp()
    const gate = Promise.withResolvers<void>()
    backend.gate = gate.promise
    const urgent = pool.start(startOf(booting))
    pool.expect(versionOf({ memoryMb: 256 }), booting)
    await pass(refillPatienceMs - refillDelayMs)
    assert.equal(backend.tries, 1)
    await pass(2 * refillDelayMs)
    assert.equal(backend.tries, 2)
    gate.resolve()
    await urgent
    await settle()
    assert.equal(pool.waiting, 2 * waitingMin)
  })

  test('goes on as soon as nobody waits any more, also when the start has failed', async () => {
    const { backend, pool, pass } = setUp()
    const gate = Promise.withResolvers<void>()
    backend.gate = gate.promise
    backend.failure = 'no'
    const urgent = assert.rejects(pool.start(startOf(booting)), SandboxStartError)
    pool.expect(versionOf(), booting)
    await pass(refillDelayMs)
    assert.equal(backend.tries, 1)
    gate.resolve()
    await urgent
    backend.failure = undefined
    await pass(refillDelayMs)
    assert.equal(pool.waiting, waitingMin)
  })

  test('happens one after the other', async () => {
    const { backend, pool, pass } = setUp()
    const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()]
    backend.gate = gates[0]!.promise
    pool.expect(versionOf(), booting)
    await pass(1000)
    assert.equal(backend.tries, 1)
    backend.gate = gates[1]!.promise
    gates[0]!.resolve()
    await settle()
    assert.equal(backend.tries, 2)
    gates[1]!.resolve()
    await settle()
    assert.equal(pool.waiting, waitingMin)
    assert.equal(backend.tries, waitingMin)
  })
})

describe('disposal', () => {
  test('destroys what waits, leaves what is taken, and makes no more', async () => {
    const { backend, pool, refill, pass } = setUp()
    pool.expect(versionOf(), booting)
    await refill()
    const { sandbox } = await pool.start(startOf(booting))
    await pool[Symbol.asyncDispose]()
    assert.deepEqual(
      [...backend.alive].map(({ spec }) => spec.id),
      [sandbox.id],
    )
    assert.deepEqual(backend.endReasons, ['shutdown'])
    pool.expect(versionOf(), booting)
    await pool.start(startOf(booting))
    await pass(idleKindMs)
    assert.equal(pool.waiting, 0)
    assert.equal(backend.alive.size, 2)
  })

  test('waits for the one that is being made, and destroys it', async () => {
    const { backend, pool, refill } = setUp()
    const gate = Promise.withResolvers<void>()
    pool.expect(versionOf(), booting)
    backend.gate = gate.promise
    await refill()
    let disposed = false
    const disposal = pool[Symbol.asyncDispose]().then(() => (disposed = true))
    await settle()
    assert.equal(disposed, false)
    gate.resolve()
    await disposal
    assert.equal(backend.processes.length, 1)
    assert.equal(backend.alive.size, 0)
    assert.deepEqual(backend.endReasons, ['shutdown'])
  })
})
