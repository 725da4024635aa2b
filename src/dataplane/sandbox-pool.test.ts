import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import fc from '../../test/kit/fast-check.ts'
import { commonVariables } from './environment-variables.ts'
import {
  idleKindMs,
  poolSweepMs,
  refillDelayMs,
  waitingBytesAtFirst,
  waitingMax,
  waitingMin,
} from './limits.ts'
import { runtimeApiVariables } from '../sandbox/runtime-api.ts'
import { shellCommand } from './shell-command.ts'
import {
  plenty,
  booting,
  custom,
  versionOf,
  startOf,
  setUp,
  settle,
} from '../../test/kit/waiting-sandboxes.ts'

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
      // Its whole environment, with what tells it where its Runtime API is.
      const env = { NAME: "it's", OWN: '1', ...runtimeApiVariables(image.runtimeApi) }
      assert.deepEqual(process?.assigned, {
        mounts: [{ source: '/code/1', target: '/var/task' }],
        input: shellCommand(['/bin/function', 'argument'], env, '/var/task'),
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
        assert.deepEqual(backend.endReasons, [])
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
    assert.deepEqual(new Set(backend.endReasons), new Set(['pool-unwanted']))
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
    assert.deepEqual(backend.endReasons, ['pool-unwanted'])
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
    assert.deepEqual(waiting(), [512, 1024, 1024])
    assert.deepEqual(new Set(backend.endReasons), new Set(['pool-room']))
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
    assert.deepEqual(new Set(backend.endReasons), new Set(['pool-budget']))
    backend.peakMemoryBytes = empty
    await pass(poolSweepMs)
    // The kind of which none is left to be measured was last seen at its most.
    await pass(poolSweepMs)
    assert.equal(pool.waiting, 2 * waitingMin)
  })

  test('is forgotten with a kind that nobody asks for', async () => {
    const { backend, pool, pass, refill } = setUp(2 * booted)
    backend.peakMemoryBytes = 2 * booted
    pool.expect(versionOf(), booting)
    await refill()
    await pass(poolSweepMs)
    assert.equal(pool.waiting, 1)
    await pass(idleKindMs)
    backend.peakMemoryBytes = 0
    pool.expect(versionOf(), booting)
    await refill()
    assert.equal(pool.waiting, waitingMin)
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
