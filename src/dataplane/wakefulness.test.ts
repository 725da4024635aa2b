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
      wakefulness.onStart()
      assert.deepEqual(told, [true])
      clock.advance(wakefulStartMs - 1)
    }
    clock.advance(1)
    assert.deepEqual(told, [true, false])
    assert.equal(clock.pending, 0)
  })

  it('stay awake for either reason', () => {
    const { clock, told, wakefulness, come } = setUpWakefulness()
    wakefulness.onStart()
    for (let ms = 0; ms < 3 * wakefulLookMs; ms += wakefulStartMs / 2) {
      come(wakefulCallsMin)
      clock.advance(wakefulStartMs / 2)
      if (ms < wakefulLookMs) wakefulness.onStart()
    }
    assert.deepEqual(told, [true])
    clock.advance(2 * wakefulLookMs)
    assert.deepEqual(told, [true, false])
  })

  it('sleep again when the server ends', () => {
    const { clock, told, wakefulness, come } = setUpWakefulness()
    come(wakefulCallsMin)
    clock.advance(wakefulLookMs)
    wakefulness.onStart()
    wakefulness[Symbol.dispose]()
    assert.deepEqual(told, [true, false])
    assert.equal(clock.pending, 0)
  })

  it('change each time they are told to, whoever comes when', () => {
    const moment = fc.record({
      ms: fc.nat({ max: 60 }),
      count: fc.nat({ max: 30 }),
      isColdStart: fc.boolean(),
    })
    fc.assert(
      fc.property(fc.array(moment), (moments) => {
        const { clock, told, wakefulness, come } = setUpWakefulness()
        for (const { ms, count, isColdStart } of moments) {
          if (isColdStart) wakefulness.onStart()
          come(count)
          clock.advance(ms)
        }
        clock.advance(2 * wakefulLookMs)
        told.forEach((isPrevented, at) => assert.equal(isPrevented, at % 2 === 0))
        assert.equal(told.length % 2, 0)
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
})
