/** That every sandbox's end has its reason, in the server's log and in what it counts, and has it once. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Setting, World, settle, versionOf } from '../../test/kit/counting-world.ts'
import { type FakeRuntime, crashing, silent } from '../../test/kit/fake-sandbox.ts'
import {
  freezeAfterMs,
  idleEnvironmentMs,
  idleKindMs,
  initTimeoutMs,
  lifeMaxMs,
  poolSweepMs,
  waitingBytesAtFirst,
  waitingMin,
} from './limits.ts'
import { type EndReason, endReasons } from './sandbox-ends.ts'

const f = versionOf('f')

/** Of the first one that is made, which gets a function. */
const ofFunctions: Partial<Record<EndReason, [Setting, (world: World) => Promise<unknown>]>> = {
  idle: [
    {},
    async (world) => {
      await world.invoke()
      await world.pass(idleEnvironmentMs + 1000)
    },
  ],
  age: [
    {},
    async (world) => {
      for (let ms = 0; ms <= lifeMaxMs; ms += idleEnvironmentMs / 2) {
        await world.invoke()
        await world.pass(idleEnvironmentMs / 2)
      }
      await world.invoke()
    },
  ],
  evicted: [
    { environmentsMax: 1 },
    async (world) => {
      await world.invoke()
      await world.invoke(versionOf('g'))
    },
  ],
  updated: [
    {},
    async (world) => {
      await world.invoke()
      world.dataplane.retire(f.functionArn, '$LATEST', '2', 'updated')
    },
  ],
  deleted: [
    {},
    async (world) => {
      await world.invoke()
      world.dataplane.retire(f.functionArn, '$LATEST', undefined, 'deleted')
    },
  ],
  timeout: [
    { runtime: silent },
    async (world) => {
      const answer = world.invoke()
      await settle()
      await world.pass(f.timeoutMs)
      assert.match(await answer, /Task timed out after 3\.00 seconds/)
    },
  ],
  crash: [{ runtime: crashing }, (world) => world.invoke()],
  oom: [
    {
      runtime: async (process) => {
        await process.next()
        process.exit(undefined, 'SIGKILL', true)
      },
    },
    (world) => world.invoke(),
  ],
  'sandbox-error': [
    {},
    async (world) => {
      await world.invoke()
      world.backend.freezeFailure = 'the freezer is stuck'
      await world.pass(freezeAfterMs + 1000)
    },
  ],
  shutdown: [
    {},
    async (world) => {
      await world.invoke()
      await world.dataplane[Symbol.asyncDispose]()
    },
  ],
}

const details: Partial<Record<EndReason, string>> = {
  timeout: 'Task timed out after 3.00 seconds',
  crash: 'Runtime exited with error: exit status 1',
  oom: 'Runtime exited with error: signal: killed',
  'sandbox-error': 'the freezer is stuck',
}

for (const [reason, [setting, happen]] of Object.entries(ofFunctions)) {
  test(`one with a function: ${reason}`, async () => {
    const world = new World(setting)
    await happen(world)
    await settle()
    assert.deepEqual(world.counted('lambdad_sandbox_ends_total'), { [reason]: 1 })
    const [process] = world.backend.processes
    const detail = details[reason as EndReason]
    assert.deepEqual(world.told, [
      {
        reason,
        sandbox: process?.spec.id,
        function: f.functionArn,
        ...(detail === undefined ? {} : { detail }),
        level: reason === 'sandbox-error' ? 'warn' : 'debug',
        words: `a sandbox ${endReasons[reason as EndReason]}`,
      },
    ])
  })
}

const failsInit: FakeRuntime = async (process) => {
  process.post('init/error', '{"errorType":"E","errorMessage":"no"}', {
    'Lambda-Runtime-Function-Error-Type': 'E',
  })
  await process.answer()
  process.exit(1)
}

for (const [what, runtime, reason] of [
  ['that says it failed', failsInit, 'init-error'],
  ['that ends', (process) => process.exit(1), 'init-error'],
  ['that needs more memory', (process) => process.exit(undefined, 'SIGKILL', true), 'oom'],
  ['that never gets ready', () => undefined, 'init-timeout'],
] satisfies [string, FakeRuntime, EndReason][]) {
  test(`an init ${what}, and the repeated one: ${reason}`, async () => {
    const world = new World({ runtime })
    const answer = world.invoke()
    await settle()
    await world.pass(initTimeoutMs)
    await world.pass(f.timeoutMs)
    await answer
    assert.deepEqual(world.counted('lambdad_sandbox_ends_total'), { [reason]: 2 })
    assert.deepEqual(
      world.told.map(({ sandbox }) => sandbox),
      world.backend.processes.map(({ spec }) => spec.id),
    )
  })
}

test('one that cannot be made is told of once, by the machine, and refused', async () => {
  const world = new World()
  world.backend.failure = 'crun is not installed'
  assert.match(await world.invoke(), /crun is not installed/)
  assert.deepEqual(world.told, [
    {
      reason: 'failed-to-start',
      function: f.functionArn,
      detail: 'crun is not installed',
      level: 'warn',
      words: 'a sandbox could not be started',
    },
  ])
  assert.deepEqual(world.counted('lambdad_sandbox_ends_total'), { 'failed-to-start': 1 })
  assert.deepEqual(world.counted('lambdad_invocations_total'), { refused: 1 })
})

test('one that ends while it is being made is told of when it has been made', async () => {
  const world = new World()
  const gate = Promise.withResolvers<void>()
  world.backend.gate = gate.promise
  const answer = world.invoke()
  await settle()
  await world.dataplane[Symbol.asyncDispose]()
  assert.deepEqual(world.told, [])
  gate.resolve()
  assert.match(await answer, /its environment ended with the server/)
  const [process] = world.backend.processes
  assert.deepEqual(
    world.told.map(({ reason, sandbox }) => [reason, sandbox]),
    [['shutdown', process?.spec.id]],
  )
  assert.equal(world.backend.alive.size, 0)
})

const { booted } = waitingBytesAtFirst

/** Of all that wait. */
const waiting: Partial<Record<EndReason, [Setting, (world: World) => Promise<unknown>]>> = {
  'pool-unwanted': [{}, (world) => world.pass(idleKindMs + poolSweepMs)],
  'pool-room': [
    { memoryBudgetBytes: waitingMin * booted },
    async (world) => {
      world.clock.advance(1)
      await world.prepare(versionOf('large', 256))
    },
  ],
  'pool-budget': [
    { memoryBudgetBytes: waitingMin * booted },
    async (world) => {
      world.backend.peakMemoryBytes = 10 * waitingMin * booted
      await world.pass(poolSweepMs)
    },
  ],
  'pool-crash': [
    {},
    async (world) => {
      for (const process of world.backend.alive) process.exit(1)
    },
  ],
  'failed-to-assign': [
    {},
    async (world) => {
      world.backend.assignFailure = 'cannot mount'
      for (let each = 0; each < waitingMin; each += 1) void world.invoke()
    },
  ],
  shutdown: [{}, (world) => world.dataplane[Symbol.asyncDispose]()],
}

for (const [reason, [setting, happen]] of Object.entries(waiting)) {
  test(`those that wait: ${reason}`, async () => {
    const world = new World({ memoryBudgetBytes: 1024 ** 4, ...setting })
    await world.prepare()
    const made = world.backend.processes.map(({ spec }) => spec.id)
    assert.equal(made.length, waitingMin)
    await happen(world)
    await settle()
    assert.deepEqual(world.counted('lambdad_sandbox_ends_total'), { [reason]: waitingMin })
    assert.deepEqual(new Set(world.told.map(({ sandbox }) => sandbox)), new Set(made))
    assert.ok(world.told.every((end) => end.function === undefined && end.reason === reason))
  })
}

test('every reason there is comes about in one of these', () => {
  const others: EndReason[] = ['init-error', 'init-timeout', 'failed-to-start']
  const tried = [...Object.keys(ofFunctions), ...Object.keys(waiting), ...others]
  assert.deepEqual(new Set(tried), new Set(Object.keys(endReasons)))
})

test('one that leaves something behind ends all the same, and ends nothing else', async () => {
  for (const [reason, [setting, happen]] of [
    ...Object.entries(ofFunctions),
    ...Object.entries(waiting),
  ]) {
    const world = new World({ memoryBudgetBytes: 1024 ** 4, ...setting })
    await world.prepare()
    world.backend.destroyFailure = 'a control group is busy'
    await happen(world)
    await settle()
    assert.ok((world.counted('lambdad_sandbox_ends_total')[reason] ?? 0) > 0, reason)
    await world.dataplane[Symbol.asyncDispose]()
  }
})
