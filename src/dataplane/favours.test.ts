/** Whose invocations are brief, and what they get for it, in a data plane whose clock and processors are the test's. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from '../../test/kit/fast-check.ts'
import { first, invoke, setUp, settle } from '../../test/kit/dataplane.ts'
import { type FakeProcess, polite } from '../../test/kit/fake-sandbox.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { EnvironmentPace } from './environment-pace.ts'
import { Favours } from './favours.ts'
import { briefCpuMs, favouredShares, freezeAfterMs, lookAfterMs } from './limits.ts'

type World = ReturnType<typeof setUp>

/** Lets it finish so many invocations, each with so much processor time, and then be looked at. */
async function work(
  { backend, clock, dataplane }: World,
  { cpuMs, count = 3, version = first }: { cpuMs: number; count?: number; version?: typeof first },
): Promise<FakeProcess> {
  for (let n = 0; n <= count; n += 1) {
    // Once the last has begun, all before it are told of.
    if (n === count) clock.advance(lookAfterMs)
    await invoke(dataplane, {}, { version })
    const process = backend.processes.at(-1)
    assert.ok(process)
    process.cpuTimeMs += cpuMs
    await settle()
  }
  return backend.processes.at(-1)!
}

describe('an environment', () => {
  it('has more shares while its invocations are brief', async () => {
    const world = setUp(polite)
    await work(world, { cpuMs: briefCpuMs })
    const process = await work(world, { cpuMs: briefCpuMs })
    assert.equal(process.shares, favouredShares)
    await work(world, { cpuMs: briefCpuMs * 2 })
    assert.equal(process.shares, 1)
    await world.dataplane[Symbol.asyncDispose]()
  })

  it('keeps them while it is frozen, and loses them when an invocation does not end', async () => {
    const world = setUp(polite)
    const { clock, dataplane } = world
    await work(world, { cpuMs: 1 })
    const process = await work(world, { cpuMs: 1 })
    for (let second = 0; second < 3; second += 1) clock.advance(freezeAfterMs)
    assert.ok(process.frozen)
    assert.equal(process.shares, favouredShares)
    await invoke(dataplane)
    assert.ok(!process.frozen)
    process.cpuTimeMs += 900
    clock.advance(1_000)
    assert.equal(process.shares, 1)
    await dataplane[Symbol.asyncDispose]()
  })
})

describe('favoured environments', () => {
  it('have many shares as long as there is a processor for each', () => {
    const favours = new Favours(2)
    const shares = Array.from({ length: 16 }, () => {
      const pace = new EnvironmentPace(favours)
      favours.add(pace)
      return favours.times
    })
    assert.deepEqual(shares, [64, 64, 16, 16, 8, 4, 4, 4, 2, 2, 2, 1, 1, 1, 1, 1])
  })

  it('have the fewer shares the more there are, whatever happens', () => {
    const events = fc.array(
      fc.record({ who: fc.nat(11), cpuMs: fc.nat(20), what: fc.constantFrom('finish', 'end') }),
      { maxLength: 200 },
    )
    fc.assert(
      fc.property(events, fc.integer({ min: 1, max: 4 }), (all, processors) => {
        const favours = new Favours(processors)
        const made = Array.from({ length: 12 }, () => {
          const state = { cpuMs: 0, shares: 1 }
          const pace = new EnvironmentPace(favours)
          pace.begin({
            cpuTimeMs: () => state.cpuMs,
            favour: (times) => (state.shares = times),
          } as Partial<Sandbox> as Sandbox)
          return { state, pace }
        })
        let nowMs = 0
        for (const { who, cpuMs, what } of all) {
          nowMs += lookAfterMs / 2
          const { state, pace } = made[who]!
          state.cpuMs += cpuMs
          if (what === 'finish') pace.onFinished(nowMs)
          else pace.end()
          if (what === 'end') state.shares = 1
        }
        // Twice: the first who are looked at do not know yet of those that come after.
        for (const _ of [1, 2]) favours.sweep((nowMs += lookAfterMs))
        const most = new Map([
          [processors, favouredShares],
          [processors * 2, favouredShares / 4],
          [processors * 4, favouredShares / 16],
          [processors * 8, 1],
        ])
        const extra = made.map(({ state }) => state.shares).filter((shares) => shares > 1)
        for (const [count, shares] of most)
          if (extra.length >= count)
            assert.ok(
              extra.every((its) => its <= shares),
              extra.join(),
            )
      }),
    )
  })
})
