/** Whose invocations are brief, and what they get for it, in a data plane whose clock and processors are the test's. */
import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from '../../test/kit/fast-check.ts'
import { first, invoke, setUp, settle } from '../../test/kit/dataplane.ts'
import { type FakeProcess, polite } from '../../test/kit/fake-sandbox.ts'
import type { Sandbox } from '../sandbox/sandbox.ts'
import { EnvironmentPace } from './environment-pace.ts'
import { Favours } from './favours.ts'
import {
  briefCpuMs,
  favouredShares,
  freezeAfterMs,
  lookAfterMs,
  spareMin,
  waitForMs,
  yieldForMs,
} from './limits.ts'

type World = ReturnType<typeof setUp>

/** Lets it finish so many invocations, each with so much processor time, and then be looked at. */
async function workThrough(
  { backend, clock, dataplane }: World,
  { cpuMs, count = 3, version = first }: { cpuMs: number; count?: number; version?: typeof first },
): Promise<FakeProcess> {
  for (let n = 0; n <= count; n += 1) {
    // Once the last has begun, all before it are told of.
    if (n === count) clock.advance(lookAfterMs.computing)
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
    await workThrough(world, { cpuMs: briefCpuMs })
    const process = await workThrough(world, { cpuMs: briefCpuMs })
    assert.equal(process.shares, favouredShares)
    await workThrough(world, { cpuMs: briefCpuMs * 2 })
    assert.ok(process.shares <= 1)
    await world.dataplane[Symbol.asyncDispose]()
  })

  it('keeps them while it is frozen, and loses them when an invocation does not end', async () => {
    const world = setUp(polite)
    const { clock, dataplane } = world
    await workThrough(world, { cpuMs: 1 })
    const process = await workThrough(world, { cpuMs: 1 })
    for (let second = 0; second < 3; second += 1) clock.advance(freezeAfterMs)
    assert.ok(process.frozen)
    assert.equal(process.shares, favouredShares)
    await invoke(dataplane)
    assert.ok(!process.frozen)
    process.cpuTimeMs += 900
    clock.advance(1_000)
    assert.ok(process.shares <= 1)
    await dataplane[Symbol.asyncDispose]()
  })
})

it('lets others finish while, on average, more invocations are under way than there are processors', async () => {
  let idleMs = 0
  const { backend, clock, dataplane } = setUp(polite, { idleMs: () => idleMs })
  const waiting: boolean[] = []
  // Those who come find one, two, ... under way.
  for (const atOnce of [4, 4, 4, 4, 3, 3, 4, 4, 1, 1]) {
    for (let ms = 0; ms < 1_000; ms += lookAfterMs.brief) {
      await Promise.all(Array.from({ length: atOnce }, () => invoke(dataplane)))
      for (const process of backend.processes) process.cpuTimeMs ||= 0.1
      await settle()
      idleMs += lookAfterMs.brief
      clock.advance(lookAfterMs.brief)
      await settle()
    }
    waiting.push(backend.processes.some(({ waits }) => waits))
  }
  assert.deepEqual(waiting.slice(3), [true, false, false, true, true, false, false])
  await dataplane[Symbol.asyncDispose]()
})

/** One of a server's, that does what a test says. */
class Worker {
  readonly pace: EnvironmentPace
  shares = 1
  waits = false
  #cpuMs = 0

  constructor(favours: Favours, memoryMb = 128, nowMs = 0) {
    this.pace = new EnvironmentPace(favours, memoryMb)
    const sandbox: Partial<Sandbox> = {
      cpuTimeMs: () => this.#cpuMs,
      favour: (times) => (this.shares = times),
      letFinish: (waits) => (this.waits = waits),
      freeze: async () => undefined,
      thaw: async () => undefined,
    }
    this.pace.begin(sandbox as Sandbox, nowMs)
  }

  use(cpuMs: number): void {
    this.#cpuMs += cpuMs
  }

  /** @param count of invocations that end at once, each with so much processor time */
  finish(nowMs: number, cpuMs: number, count = 1): void {
    for (let n = 0; n < count; n += 1) {
      this.pace.endRest()
      this.use(cpuMs)
      this.pace.onFinished(nowMs)
    }
  }
}

type Work = readonly [Worker, cpuMs: number, perSecond: number]

/** A second of work of each, and how long it is then; each second ends with a sweep. */
function work(favours: Favours, nowMs: number, ...all: readonly Work[]): number {
  return workOf(1, favours, nowMs, ...all)
}

/** The same with so many invocations under way. */
function workOf(running: number, favours: Favours, nowMs: number, ...all: readonly Work[]): number {
  const stepMs = lookAfterMs.brief
  for (let ms = stepMs; ms <= 1_000; ms += stepMs) {
    for (const [worker, cpuMs, perSecond] of all)
      worker.finish(nowMs + ms, cpuMs, Math.round((perSecond * stepMs) / 1_000))
  }
  favours.sweep(nowMs + 1_000, running)
  return nowMs + 1_000
}

describe('those who compute', () => {
  it('have no share of their own while others are brief, and for a minute after', () => {
    const favours = new Favours(2)
    const [quiet, hog] = [new Worker(favours), new Worker(favours)]
    let nowMs = 0
    for (let second = 0; second < 3; second += 1) {
      nowMs = work(favours, nowMs, [quiet, 0.1, 100], [hog, 40, 20])
      assert.equal(hog.shares, 0)
    }
    assert.equal(quiet.shares, favouredShares)
    quiet.pace.deepenRest(freezeAfterMs)
    for (let ms = 2_000; ms <= yieldForMs; ms += 1_000) {
      nowMs = work(favours, nowMs, [hog, 40, 20])
      assert.equal(hog.shares, 0)
    }
    nowMs = work(favours, nowMs, [hog, 40, 20])
    assert.equal(hog.shares, 1)
  })

  it('keep their shares when those are not the same, unless each gets what it would on AWS', () => {
    const favours = new Favours(4)
    const [quiet, small] = [new Worker(favours), new Worker(favours)]
    let nowMs = 0
    const go = (...more: Worker[]) =>
      (nowMs = work(
        favours,
        nowMs,
        [quiet, 0.1, 100],
        ...[small, ...more].map((worker) => [worker, 40, 20] as const),
      ))
    for (let second = 0; second < 3; second += 1) go()
    assert.equal(small.shares, 0)
    const larger = new Worker(favours, 1769, nowMs)
    for (let second = 0; second < 3; second += 1) go(larger)
    assert.deepEqual([small.shares, larger.shares], [0, 0])
    larger.pace.end()
    const large = new Worker(favours, 10_240, nowMs)
    for (let second = 0; second < 3; second += 1) go(large)
    assert.deepEqual([small.shares, large.shares], [1, 1])
    large.pace.deepenRest(freezeAfterMs)
    go()
    assert.equal(small.shares, 0)
    large.pace.endRest()
    assert.deepEqual([small.shares, large.shares], [1, 1])
  })

  it('keep them while others take more than half of the processors', () => {
    const favours = new Favours(2)
    const [one, two, hog] = [new Worker(favours), new Worker(favours), new Worker(favours)]
    let nowMs = 0
    for (let second = 0; second < 3; second += 1)
      nowMs = work(favours, nowMs, [one, 0.6, 1_000], [two, 0.6, 1_000], [hog, 20, 40])
    assert.ok(one.shares > 1 && two.shares > 1)
    assert.equal(hog.shares, 1)
    nowMs = work(favours, nowMs, [one, 0.4, 1_000], [two, 0.4, 1_000], [hog, 20, 40])
    assert.equal(hog.shares, 0)
  })

  it('keep them while others start, of which nothing is known', () => {
    const favours = new Favours(2)
    const [quiet, hog] = [new Worker(favours), new Worker(favours)]
    const both = [
      [quiet, 0.1, 100],
      [hog, 40, 20],
    ] as const
    let nowMs = 0
    for (let second = 0; second < 3; second += 1) nowMs = work(favours, nowMs, ...both)
    assert.equal(hog.shares, 0)
    // Each is in its first invocation. The first computes, the second waits for something.
    const starting = [950, 950].map((ms) => new Worker(favours, 128, nowMs + ms))
    for (const { pace } of starting) pace.endRest()
    const seen: number[][] = []
    for (let second = 0; second < 3; second += 1) {
      nowMs = work(favours, nowMs, ...both)
      seen.push([hog, ...starting].map(({ shares }) => shares))
      starting[0]?.use(900)
    }
    assert.deepEqual(seen, [
      [1, 1, 1],
      [0, 1, 1],
      [0, 0, 1],
    ])
  })

  it('are not taken to compute because they took long to start', () => {
    const favours = new Favours(4)
    const [quiet, slow] = [new Worker(favours), new Worker(favours)]
    let nowMs = 0
    for (let second = 0; second < 4; second += 1) {
      slow.use(900)
      nowMs = work(favours, nowMs, [quiet, 0.1, 100])
      assert.equal(slow.shares, 1)
    }
    slow.use(300)
    nowMs = work(favours, nowMs, [quiet, 0.1, 100], [slow, 0.1, 10])
    assert.equal(slow.shares, favouredShares)
  })

  it('keep them while one that nothing is known of takes more than half of the processors', () => {
    const favours = new Favours(2)
    const [quiet, hog] = [new Worker(favours), new Worker(favours)]
    let nowMs = 0
    for (let second = 0; second < 3; second += 1)
      nowMs = work(favours, nowMs, [quiet, 0.1, 100], [hog, 40, 20])
    // It is still starting, with several threads.
    const greedy = new Worker(favours, 128, nowMs)
    greedy.use(1_900)
    nowMs = work(favours, nowMs, [quiet, 0.1, 100], [hog, 40, 20])
    assert.equal(hog.shares, 1)
    greedy.pace.end()
    nowMs = work(favours, nowMs, [quiet, 0.1, 100], [hog, 40, 20])
    assert.equal(hog.shares, 0)
  })

  it('are not taken for brief because they were kept from computing once', () => {
    const favours = new Favours(2)
    const hog = new Worker(favours)
    let nowMs = 0
    for (let second = 0; second < 3; second += 1) nowMs = work(favours, nowMs, [hog, 40, 20])
    for (const cpuMs of [0.5, 0.5, 40, 0.5, 0.5]) {
      nowMs = work(favours, nowMs, [hog, cpuMs, 20])
      assert.equal(hog.shares, 1)
    }
    for (let second = 0; second < 3; second += 1) nowMs = work(favours, nowMs, [hog, 0.5, 20])
    assert.equal(hog.shares, favouredShares)
  })
})

describe('brief environments', () => {
  const all = 2 * 1_000

  it('let others finish while more is under way than there are processors, which have time to spare', () => {
    let idleMs: number | undefined = 0
    const favours = new Favours(2, () => idleMs)
    const quiet = new Worker(favours)
    let nowMs = 0
    /** Of a second in which so much was idle and under way: whether they do from then on. */
    const after = (idle: number, running: number): boolean => {
      if (idleMs !== undefined) idleMs += idle
      nowMs = workOf(running, favours, nowMs, [quiet, 0.1, 100])
      assert.ok(!favours.waits('computing') && !favours.waits('fresh'))
      return favours.waits('brief')
    }
    const spare = all * spareMin
    assert.ok(!after(all, 16), 'that takes two looks')
    assert.ok(after(spare, 16))
    assert.ok(after(all, 3))
    assert.ok(quiet.waits)
    assert.ok(!after(spare - 1, 16))
    after(0, 16)
    assert.ok(!quiet.waits)
    assert.ok(!after(all, 2))
    assert.ok(after(all, 16))
    for (let ms = 1_000; ms <= waitForMs; ms += 1_000) assert.ok(after(0, 0), 'nobody comes')
    assert.ok(!after(0, 0))
    assert.ok(after(all, 16))
    const hog = new Worker(favours, 128, nowMs)
    for (let second = 0; second < 3; second += 1) {
      idleMs += all
      nowMs = workOf(16, favours, nowMs, [quiet, 0.1, 100], [hog, 40, 20])
    }
    assert.ok(!favours.waits('brief') && !quiet.waits, 'it would wait for one that computes')
    hog.pace.end()
    assert.ok(favours.waits('brief'))
    idleMs = undefined
    assert.ok(!after(all, 16), 'nobody can tell')
  })

  /** One that does so, after three seconds. */
  const oneThatWaits = () => {
    let idleMs = 0
    const favours = new Favours(2, () => (idleMs += all))
    const worker = new Worker(favours)
    let nowMs = 0
    for (let second = 0; second < 3; second += 1)
      nowMs = workOf(3, favours, nowMs, [worker, 0.1, 100])
    assert.ok(worker.waits)
    return { favours, worker, nowMs }
  }

  it('do so no more when they are thawed and things have changed', () => {
    const { favours, worker, nowMs } = oneThatWaits()
    worker.pace.deepenRest(freezeAfterMs)
    favours.sweep(nowMs + 1_000, 1)
    assert.ok(worker.waits)
    worker.pace.endRest()
    assert.ok(!worker.waits)
  })

  it('do so no more when they compute', () => {
    const { favours, worker, nowMs } = oneThatWaits()
    workOf(3, favours, nowMs, [worker, 40, 20])
    assert.ok(!worker.waits)
  })
})

describe('favoured environments', () => {
  it('have many shares as long as there is a processor for each', () => {
    const favours = new Favours(2)
    const shares = Array.from({ length: 16 }, () => {
      favours.put(new EnvironmentPace(favours, 128), 'brief', 0.1)
      return favours.timesOf('brief')
    })
    assert.deepEqual(shares, [64, 64, 16, 16, 8, 4, 4, 4, 2, 2, 2, 1, 1, 1, 1, 1])
  })

  it('have the fewer shares the more there are, and others none only if alike, whatever happens', () => {
    const events = fc.array(
      fc.record({
        who: fc.nat(11),
        cpuMs: fc.nat(20),
        what: fc.constantFrom('finish', 'finish', 'finish', 'rest', 'wake', 'end', 'sweep'),
      }),
      { maxLength: 200 },
    )
    const memory = fc.array(fc.constantFrom(128, 128, 256), { minLength: 12, maxLength: 12 })
    fc.assert(
      fc.property(events, memory, fc.integer({ min: 1, max: 4 }), (all, sizes, processors) => {
        const favours = new Favours(processors)
        const made = sizes.map((memoryMb) => new Worker(favours, memoryMb))
        const awake = new Set(made)
        let nowMs = 0
        for (const { who, cpuMs, what } of all) {
          nowMs += lookAfterMs.brief / 2
          const worker = made[who]!
          if (what === 'sweep') favours.sweep(nowMs, 1)
          else if (what === 'finish' && awake.has(worker)) worker.finish(nowMs, cpuMs)
          else if (what === 'wake') {
            awake.add(worker)
            worker.pace.endRest()
          } else if (what === 'rest') {
            awake.delete(worker)
            worker.pace.deepenRest(freezeAfterMs)
          } else if (what === 'end') {
            awake.delete(worker)
            worker.pace.end()
          }
          const yielding = made.filter((its) => awake.has(its) && its.shares === 0)
          assert.ok(new Set(yielding.map(({ pace }) => pace.memoryMb)).size <= 1)
        }
        // Twice: the first who are looked at do not know yet of those that come after.
        for (const _ of [1, 2]) favours.sweep((nowMs += lookAfterMs.brief), 1)
        const most = new Map([
          [processors, favouredShares],
          [processors * 2, favouredShares / 4],
          [processors * 4, favouredShares / 16],
          [processors * 8, 1],
        ])
        const extra = [...awake].map(({ shares }) => shares).filter((shares) => shares > 1)
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
