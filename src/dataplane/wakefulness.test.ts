/** When processors are kept from sleeping. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { invoke, setUp, settle } from '../../test/kit/dataplane.ts'
import fc from '../../test/kit/fast-check.ts'
import { FakeClock } from '../../test/kit/fake-clock.ts'
import { quickMs, wakefulCallsMin, wakefulLookMs, wakefulStartMs } from './limits.ts'
import { Wakefulness } from './wakefulness.ts'

function setUpWakefulness() {
  const clock = new FakeClock()
  const told: boolean[] = []
  const wakefulness = new Wakefulness(clock, (isPrevented) => told.push(isPrevented))
  const come = (count: number) => {
    for (let n = 0; n < count; n += 1) wakefulness.onQuick()
  }
  return { clock, told, wakefulness, come }
}

describe('processors', () => {
  it('stay awake while quick invocations come in close succession', () => {
    const { clock, told, come } = setUpWakefulness()
    for (const count of [wakefulCallsMin, wakefulCallsMin * 9, wakefulCallsMin]) {
      come(count)
      clock.advance(wakefulLookMs)
      assert.deepEqual(told, [true])
    }
    come(wakefulCallsMin - 1)
    clock.advance(wakefulLookMs)
    assert.deepEqual(told, [true, false])
  })

  it('sleep again when nobody comes, and nothing is left to look', () => {
    const { clock, told, come } = setUpWakefulness()
    come(wakefulCallsMin)
    assert.deepEqual(told, [])
    clock.advance(2 * wakefulLookMs)
    assert.deepEqual(told, [true, false])
    assert.equal(clock.pending, 0)
  })

  it('stay awake for the first moments of a cold start, from the last one on', () => {
    const { clock, told, wakefulness } = setUpWakefulness()
    for (let n = 0; n < 5; n += 1) {
      wakefulness.onColdStart()
      assert.deepEqual(told, [true])
      clock.advance(wakefulStartMs - 1)
    }
    clock.advance(1)
    assert.deepEqual(told, [true, false])
    assert.equal(clock.pending, 0)
  })

  it('stay awake for either reason', () => {
    const { clock, told, wakefulness, come } = setUpWakefulness()
    wakefulness.onColdStart()
    for (let ms = 0; ms < 3 * wakefulLookMs; ms += wakefulStartMs / 2) {
      come(wakefulCallsMin)
      clock.advance(wakefulStartMs / 2)
      if (ms < wakefulLookMs) wakefulness.onColdStart()
    }
    assert.deepEqual(told, [true])
    clock.advance(2 * wakefulLookMs)
    assert.deepEqual(told, [true, false])
    // Invocations become few in the middle of a cold start's first moments.
    come(wakefulCallsMin)
    clock.advance(2 * wakefulLookMs - 1)
    wakefulness.onColdStart()
    clock.advance(wakefulStartMs - 1)
    assert.deepEqual(told, [true, false, true])
    clock.advance(1)
    assert.deepEqual(told, [true, false, true, false])
  })

  it('sleep again when the server ends', () => {
    const { clock, told, wakefulness, come } = setUpWakefulness()
    come(wakefulCallsMin)
    clock.advance(wakefulLookMs)
    wakefulness.onColdStart()
    wakefulness[Symbol.dispose]()
    assert.deepEqual(told, [true, false])
    assert.equal(clock.pending, 0)
  })

  it('are as a model says that knows each moment', () => {
    const moment = fc.record({
      ms: fc.nat({ max: 60 }),
      count: fc.nat({ max: 30 }),
      isColdStart: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(moment), (moments) => {
        const { clock, told, wakefulness, come } = setUpWakefulness()
        let startedMs = -Infinity
        // The first look comes when somebody does, the next ones as long as somebody has.
        let look = { atMs: Infinity, came: 0 }
        let isBusy = false
        for (const { ms, count, isColdStart } of moments) {
          if (isColdStart) startedMs = clock.monotonicMs()
          if (isColdStart) wakefulness.onColdStart()
          come(count)
          look.came += count
          if (count > 0) look.atMs = Math.min(look.atMs, clock.monotonicMs() + wakefulLookMs)
          for (let n = 0; n < ms; n += 1) {
            clock.advance(1)
            const nowMs = clock.monotonicMs()
            if (look.atMs === nowMs) {
              isBusy = look.came >= wakefulCallsMin
              look = { atMs: look.came > 0 ? nowMs + wakefulLookMs : Infinity, came: 0 }
            }
            assert.equal(told.at(-1) ?? false, isBusy || nowMs - startedMs < wakefulStartMs)
          }
        }
        told.forEach((isPrevented, at) => assert.equal(isPrevented, at % 2 === 0))
        clock.advance(2 * wakefulLookMs)
        assert.equal(told.at(-1) ?? false, false)
      }),
    )
  })

  it('are kept awake for functions that have been quick, and at cold starts', async () => {
    const told: boolean[] = []
    const { clock, dataplane } = setUp(
      async (process) => {
        await process.ready()
        for (;;) {
          const event = await process.next()
          if (event.body.includes('slow')) clock.advance(quickMs)
          process.post(`invocation/${event.headers['lambda-runtime-aws-request-id']}/response`, '1')
          assert.equal((await process.answer()).status, 202)
        }
      },
      { preventSleep: (isPrevented) => told.push(isPrevented) },
    )
    for (let n = 0; n <= wakefulCallsMin; n += 1) {
      await invoke(dataplane, 'slow')
      await settle()
    }
    clock.advance(wakefulLookMs)
    assert.deepEqual(told, [true, false])
    for (let n = 0; n <= wakefulCallsMin; n += 1) {
      await invoke(dataplane)
      await settle()
    }
    clock.advance(wakefulLookMs)
    assert.deepEqual(told, [true, false, true])
    await dataplane[Symbol.asyncDispose]()
    assert.deepEqual(told, [true, false, true, false])
  })

  it('may sleep while an environment that has answered is waited for', async () => {
    const told: boolean[] = []
    const { backend, clock, dataplane } = setUp(
      async (process) => {
        await process.ready()
        for (;;) {
          const event = await process.next()
          clock.advance(quickMs * 10)
          process.post(`invocation/${event.headers['lambda-runtime-aws-request-id']}/response`, '1')
          // It asks for its next event only when its answer has been taken.
          assert.equal((await process.answer()).status, 202)
        }
      },
      { preventSleep: (isPrevented) => told.push(isPrevented) },
    )
    for (let n = 0; n < 20; n += 1) await invoke(dataplane)
    assert.equal(backend.processes.length, 1)
    assert.deepEqual(told, [true, false])
    await dataplane[Symbol.asyncDispose]()
  })
})
