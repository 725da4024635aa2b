import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, test } from 'node:test'
import fc from 'fast-check'
import { FakeClock } from '../../test/kit/fake-clock.ts'
import { FakeBackend } from '../../test/kit/fake-sandbox.ts'
import { silentLog } from '../kernel/log.ts'
import type { RunnableVersion, RuntimeImage } from '../kernel/ports.ts'
import { SandboxStartError } from '../sandbox/sandbox.ts'
import { commonVariables } from './environment-variables.ts'
import {
  idleKindMs,
  poolSweepMs,
  refillDelayMs,
  refillPatienceMs,
  retryDelayMs,
  waitingBytesAtFirst,
  waitingMax,
  waitingMin,
} from './limits.ts'
import { type FunctionStart, SandboxPool, type StartedSandbox } from './sandbox-pool.ts'
import { shellCommand } from './shell-command.ts'

const plenty = 1024 ** 4

/** A runtime that can wait, unless a function sets OWN. */
const booting: RuntimeImage = {
  mounts: [{ source: '/host/lang', target: '/var/lang' }],
  command: ({ memoryMb, environment }) => [
    '/bin/fake',
    String(memoryMb),
    ...Object.keys(environment),
  ],
  needsOwnStart: (environment) => 'OWN' in environment,
  env: { FROM_IMAGE: '1' },
  runtimeApi: 'inherited',
  versionLabel: undefined,
  versionHash: undefined,
}

/** One that brings its own program. */
const custom: RuntimeImage = {
  mounts: [],
  command: () => [],
  env: {},
  runtimeApi: 'tcp',
  versionLabel: undefined,
  versionHash: undefined,
}

function versionOf(changes: Partial<RunnableVersion> = {}): RunnableVersion {
  return { memoryMb: 128, tmpMb: 512, environment: {}, ...changes } as RunnableVersion
}

function startOf(image: RuntimeImage, version = versionOf(), more: Partial<FunctionStart> = {}) {
  return {
    version,
    image,
    command: ['/bin/function', 'argument'],
    env: { NAME: "it's", ...version.environment },
    codeDirectory: '/code/1',
    ...more,
  }
}

function setUp(budgetBytes = plenty) {
  const backend = new FakeBackend(() => undefined)
  const clock = new FakeClock()
  const pool = new SandboxPool({ backend, clock, log: silentLog, budgetBytes })
  /** Starts as many functions one after the other. */
  const startMany = async (count: number, start: FunctionStart): Promise<StartedSandbox[]> => {
    const started: StartedSandbox[] = []
    for (let each = 0; each < count; each += 1) started.push(await pool.start(start))
    return started
  }
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms)
    await settle()
  }
  /** What it was, of all that were ever made. */
  const numberOf = ({ sandbox }: StartedSandbox): number =>
    backend.processes.findIndex((process) => process.spec.id === sandbox.id)
  return { backend, clock, pool, startMany, pass, numberOf, refill: () => pass(refillDelayMs) }
}

async function settle(): Promise<void> {
  for (let round = 0; round < 4; round += 1) await turn()
}

describe('what waits', () => {
  test('is made when it is expected: a runtime that has booted', async () => {
    const { backend, clock, pool, refill } = setUp()
    pool.expect(versionOf(), booting)
    clock.advance(refillDelayMs - 1)
    await settle()
    assert.equal(backend.tries, 0)
    await refill()
    assert.equal(pool.waiting, waitingMin)
    assert.equal(backend.processes.length, waitingMin)
    const { id: _, ...spec } = backend.processes[0]!.spec
    assert.deepEqual(spec, {
      command: ['/bin/fake', '128'],
      env: { ...commonVariables, FROM_IMAGE: '1', _LAMBDAD_POOLED: '1' },
      workingDirectory: '/',
      mounts: booting.mounts,
      memoryMb: 128,
      tmpMb: 512,
      runtimeApi: 'inherited',
      waiting: { slots: ['/var/task', '/opt'], input: false },
    })
  })

  test('is a shell, for a runtime that cannot wait', async () => {
    const { backend, pool, refill } = setUp()
    pool.expect(versionOf(), custom)
    await refill()
    const { id: _, ...spec } = backend.processes[0]!.spec
    assert.deepEqual(spec, {
      command: ['/bin/sh', '-s'],
      env: {},
      workingDirectory: '/',
      mounts: [],
      memoryMb: 128,
      tmpMb: 512,
      runtimeApi: 'tcp',
      waiting: { slots: ['/var/task', '/opt'], input: true },
    })
  })

  test('is taken, the oldest first, never twice, and made again', async () => {
    const { backend, pool, startMany, numberOf, refill } = setUp()
    pool.expect(versionOf(), booting)
    await refill()
    const started = await startMany(3, startOf(booting))
    assert.deepEqual(started.map(numberOf), [0, 1, 2])
    assert.deepEqual(
      backend.processes.map(({ spec }) => spec.waiting !== undefined),
      [true, true, false],
    )
    assert.equal(pool.waiting, 0)
    await refill()
    assert.equal(pool.waiting, 3)
    assert.deepEqual((await startMany(3, startOf(booting))).map(numberOf), [3, 4, 5])
  })

  test('gets the code, and its variables when it asks', async () => {
    const { backend, pool, refill } = setUp()
    pool.expect(versionOf(), booting)
    await refill()
    const env = { A: 'b "c"\n', ü: '☃' }
    const { assignment } = await pool.start(startOf(booting, versionOf(), { env }))
    assert.deepEqual(JSON.parse(assignment ?? ''), { env })
    const mounts = [{ source: '/code/1', target: '/var/task' }]
    assert.deepEqual(backend.processes[0]?.assigned, { mounts })
  })

  test('gets the code and the command, when it is a shell', async () => {
    const { backend, pool, refill } = setUp()
    const own = versionOf({ environment: { OWN: '1' } })
    pool.expect(own, booting)
    pool.expect(own, custom)
    await refill()
    for (const image of [booting, custom]) {
      const { sandbox, assignment } = await pool.start(startOf(image, own))
      assert.equal(assignment, undefined)
      const process = backend.processes.find(({ spec }) => spec.id === sandbox.id)
      assert.deepEqual(process?.assigned, {
        mounts: [{ source: '/code/1', target: '/var/task' }],
        input: shellCommand(['/bin/function', 'argument'], { NAME: "it's", OWN: '1' }, '/var/task'),
      })
      assert.deepEqual(process.spec.mounts, image.mounts)
    }
  })

  test('is made for what has been started without being expected', async () => {
    const { backend, pool, refill } = setUp()
    const { assignment } = await pool.start(startOf(booting))
    assert.equal(assignment, undefined)
    const { id: _, ...spec } = backend.processes[0]!.spec
    assert.deepEqual(spec, {
      command: ['/bin/function', 'argument'],
      env: { NAME: "it's" },
      workingDirectory: '/var/task',
      mounts: [...booting.mounts, { source: '/code/1', target: '/var/task' }],
      memoryMb: 128,
      tmpMb: 512,
      runtimeApi: 'inherited',
    })
    await refill()
    assert.equal(pool.waiting, waitingMin)
  })

  test('serves only what it was made for, whatever is asked for', async () => {
    const image = fc.record({
      mounts: fc.subarray(['/lang/20', '/lang/22', '/sdk']),
      runtimeApi: fc.constantFrom('inherited', 'tcp'),
      waits: fc.boolean(),
    })
    const version = fc.record({
      memoryMb: fc.constantFrom(128, 256),
      tmpMb: fc.constantFrom(512, 1024),
      environment: fc.constantFrom<Record<string, string>>({}, { OWN: '1' }, { OTHER: '1' }),
    })
    const starts = fc.array(fc.tuple(image, version), { minLength: 1, maxLength: 20 })
    await fc.assert(
      fc.asyncProperty(starts, async (all) => {
        const { backend, pool, refill } = setUp()
        const taken = new Set<string>()
        // Each twice: the second time it may have waited.
        for (const [{ mounts, runtimeApi, waits }, changes] of [...all, ...all]) {
          const files = mounts.map((source) => ({ source, target: `/var${source}` }))
          const needsOwnStart = waits ? { needsOwnStart: booting.needsOwnStart! } : {}
          const like = { ...custom, mounts: files, runtimeApi, ...needsOwnStart }
          const { sandbox, assignment } = await pool.start(startOf(like, versionOf(changes)))
          assert.ok(!taken.has(sandbox.id))
          taken.add(sandbox.id)
          const { spec, assigned } = backend.processes.find((each) => each.spec.id === sandbox.id)!
          const seen = [...spec.mounts, ...(assigned?.mounts ?? [])]
          assert.deepEqual(seen, [...files, { source: '/code/1', target: '/var/task' }])
          const { memoryMb, tmpMb } = spec
          assert.deepEqual(
            { memoryMb, tmpMb },
            { memoryMb: changes.memoryMb, tmpMb: changes.tmpMb },
          )
          assert.equal(spec.runtimeApi, runtimeApi)
          const told = waits && !('OWN' in changes.environment) ? assignment : assigned?.input
          assert.equal(told !== undefined, assigned !== undefined)
          await refill()
        }
        await pool[Symbol.asyncDispose]()
      }),
      { numRuns: 60 },
    )
  })
})

describe('how many wait', () => {
  test('grows with what is asked for at once, to a limit, and declines at the sweeps', async () => {
    const { backend, pool, startMany, refill, pass } = setUp()
    await startMany(10, startOf(booting))
    await refill()
    assert.equal(pool.waiting, 10)
    await startMany(waitingMax + 8, startOf(booting))
    await refill()
    assert.equal(pool.waiting, waitingMax)
    // Since the last sweep.
    await pass(poolSweepMs)
    assert.equal(pool.waiting, waitingMax)
    await startMany(5, startOf(booting))
    await pass(poolSweepMs)
    assert.equal(pool.waiting, 5)
    await pass(poolSweepMs)
    assert.equal(pool.waiting, waitingMin)
    assert.deepEqual(new Set(backend.endReasons), new Set(['nobody asked for it']))
  })

  test('is none of a kind that nobody asks for any more, until somebody does', async () => {
    const { backend, pool, pass, refill } = setUp()
    pool.expect(versionOf(), booting)
    await pass(idleKindMs / 2)
    pool.expect(versionOf({ memoryMb: 256 }), booting)
    await refill()
    assert.equal(pool.waiting, 2 * waitingMin)
    await pass(idleKindMs / 2 + poolSweepMs)
    assert.deepEqual(
      [...backend.alive].map(({ spec }) => spec.memoryMb),
      Array.from({ length: waitingMin }, () => 256),
    )
    const { assignment } = await pool.start(startOf(booting))
    assert.equal(assignment, undefined)
    await refill()
    assert.equal(pool.waiting, 2 * waitingMin)
  })

  test('is none where a kind was given up while one of it was being made', async () => {
    const { backend, clock, pool, pass } = setUp()
    const gate = Promise.withResolvers<void>()
    pool.expect(versionOf(), booting)
    backend.gate = gate.promise
    clock.advance(refillDelayMs)
    await pass(idleKindMs + poolSweepMs)
    assert.equal(backend.tries, 1)
    gate.resolve()
    await settle()
    assert.deepEqual(backend.endReasons, ['nobody asked for it'])
    assert.equal(backend.alive.size, 0)
    assert.equal(backend.tries, 1)
  })

  test('is none where sandboxes cannot wait, or may use no memory', async () => {
    for (const [canWait, budget] of [
      [false, plenty],
      [true, 0],
    ] as const) {
      const { backend, pool, startMany, pass } = setUp(budget)
      backend.canWait = canWait
      pool.expect(versionOf(), booting)
      await startMany(3, startOf(booting))
      await startMany(3, startOf(custom))
      await pass(2 * poolSweepMs)
      assert.equal(pool.waiting, 0)
      assert.equal(backend.tries, 6)
      assert.ok(backend.processes.every(({ spec }) => spec.waiting === undefined))
    }
  })
})

describe('the memory of what waits', () => {
  const { booted, empty } = waitingBytesAtFirst

  test('stays within the budget: what was asked for longest ago makes room', async () => {
    const { backend, clock, pool, refill } = setUp(3 * booted)
    for (const memoryMb of [128, 256, 512]) {
      pool.expect(versionOf({ memoryMb }), booting)
      clock.advance(1)
    }
    await refill()
    // Two of the last, and what is left for the one before.
    const waiting = () =>
      [...backend.alive].map(({ spec }) => spec.memoryMb).toSorted((a, b) => a - b)
    assert.deepEqual(waiting(), [256, 512, 512])
    clock.advance(1)
    pool.expect(versionOf({ memoryMb: 1024 }), booting)
    await refill()
    assert.deepEqual(waiting(), [1024, 1024, 512])
    assert.deepEqual(new Set(backend.endReasons), new Set(['made room for another kind']))
  })

  test('is not taken from others for one that would not fit all the same', async () => {
    const { backend, clock, pool, refill, pass } = setUp(booted - 1)
    backend.peakMemoryBytes = 0
    pool.expect(versionOf(), custom)
    await refill()
    clock.advance(1)
    pool.expect(versionOf(), booting)
    await refill()
    await pass(poolSweepMs)
    assert.equal(pool.waiting, waitingMin)
    assert.deepEqual(backend.endReasons, [])
  })

  test('is counted as it was measured', async () => {
    const { backend, clock, pool, pass, refill } = setUp(4 * booted)
    pool.expect(versionOf(), custom)
    clock.advance(1)
    pool.expect(versionOf(), booting)
    await refill()
    assert.equal(pool.waiting, 2 * waitingMin)
    backend.peakMemoryBytes = 2 * booted
    await pass(poolSweepMs)
    assert.equal(pool.waiting, 2)
    assert.ok([...backend.alive].every(({ spec }) => spec.waiting?.input === false))
    assert.deepEqual(new Set(backend.endReasons), new Set(['uses more than was thought']))
    backend.peakMemoryBytes = empty
    await pass(poolSweepMs)
    // The kind of which none is left to be measured was last seen at its most.
    await pass(poolSweepMs)
    assert.equal(pool.waiting, 2 * waitingMin)
  })

  test('never exceeds the budget, in any order of what happens', async () => {
    const kinds = [128, 256, 512].flatMap((memoryMb) =>
      [booting, custom].map((image) => ({ image, version: versionOf({ memoryMb }) })),
    )
    const step = fc.oneof(
      fc.record({ expect: fc.constantFrom(...kinds) }),
      fc.record({ start: fc.constantFrom(...kinds), count: fc.integer({ min: 1, max: 12 }) }),
      fc.record({ passMs: fc.constantFrom(1, refillDelayMs, poolSweepMs, idleKindMs) }),
      fc.record({ exit: fc.nat() }),
    )
    const budgets = fc.integer({ min: 1, max: 12 * booted })
    await fc.assert(
      fc.asyncProperty(budgets, fc.array(step, { maxLength: 40 }), async (budget, steps) => {
        const { backend, pool, startMany, pass } = setUp(budget)
        backend.peakMemoryBytes = 0
        for (const each of steps) {
          if ('expect' in each) pool.expect(each.expect.version, each.expect.image)
          else if ('passMs' in each) await pass(each.passMs)
          else if ('start' in each) {
            await startMany(each.count, startOf(each.start.image, each.start.version))
          } else {
            const all = [...backend.alive]
            all[each.exit % all.length]?.exit(1)
            await settle()
          }
          const waiting = [...backend.alive].filter(
            ({ spec, assigned }) => spec.waiting && !assigned,
          )
          assert.equal(pool.waiting, waiting.length)
          const bytes = waiting.map(({ spec }) => (spec.waiting?.input ? empty : booted))
          assert.ok(bytes.reduce((sum, one) => sum + one, 0) <= budget)
        }
        await pool[Symbol.asyncDispose]()
      }),
      { numRuns: 150 },
    )
  })
})

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
    assert.deepEqual(new Set(backend.endReasons), new Set(['ended while it waited']))
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
    assert.deepEqual(backend.endReasons, ['could not be assigned'])
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
    assert.deepEqual(backend.endReasons, ['the server stops'])
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
    assert.deepEqual(backend.endReasons, ['the server stops'])
  })
})
