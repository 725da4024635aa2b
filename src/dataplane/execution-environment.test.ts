/** How one environment begins, rests and ends. What it serves is tested through the front door: dataplane.test.ts. */
import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { setImmediate as turn } from 'node:timers/promises'
import { describe, test } from 'node:test'
import { FakeClock } from '../../test/kit/fake-clock.ts'
import { FakeBackend, type FakeRuntime, polite, silent } from '../../test/kit/fake-sandbox.ts'
import { newRequestId } from '../kernel/ids.ts'
import { silentLog } from '../kernel/log.ts'
import type { InvokeResult, RunnableVersion, RuntimeImage } from '../kernel/ports.ts'
import type { CodeCache } from './code-cache.ts'
import { DataPlane } from './dataplane.ts'
import {
  freezeAfterMs,
  idleEnvironmentMs,
  initTimeoutMs,
  invocationsPerMbMax,
  lifeMaxMs,
  reclaimAfterMs,
  refillDelayMs,
} from './limits.ts'

const image: RuntimeImage = {
  mounts: [],
  command: () => ['/bin/fake'],
  needsOwnStart: () => false,
  env: {},
  runtimeApi: 'inherited',
  versionLabel: 'fake:1.v1',
  versionHash: 'abc',
}

const version = {
  account: '123456789012',
  region: 'eu-west-1',
  functionName: 'f',
  functionArn: 'arn:aws:lambda:eu-west-1:123456789012:function:f',
  version: '$LATEST',
  revisionId: '1',
  runtime: 'fake',
  handler: 'index.handler',
  code: 'c0de',
  layers: [],
  memoryMb: 128,
  timeoutMs: 10_000,
  tmpMb: 512,
  environment: { MINE: '1' },
  logGroup: '/aws/lambda/f',
  logFormat: 'Text',
} as unknown as RunnableVersion

function setUp(runtime: FakeRuntime, memoryBudgetBytes = 0, memoryMb = 128) {
  const backend = new FakeBackend(runtime)
  const clock = new FakeClock()
  const lines: string[] = []
  const streams: string[] = []
  const open = (_version: unknown, _group: string, stream: string) => {
    streams.push(stream)
    return { write: (_timestampMs: number, message: string) => void lines.push(message) }
  }
  const dataplane = new DataPlane({
    backend,
    clock,
    log: silentLog,
    runtimes: {
      identifiers: [],
      versionHash: () => undefined,
      whyMissing: () => undefined,
      prepare: async () => image,
    },
    code: { acquire: async () => '/code', release: () => undefined } as unknown as CodeCache,
    logs: { open },
    processors: 2,
    memoryBudgetBytes,
  })
  const invoked = { ...version, memoryMb }
  const invoke = (tail = false): Promise<InvokeResult> =>
    dataplane.invoke(invoked, {
      requestId: newRequestId(),
      payload: Buffer.from('{}'),
      invokedArn: version.functionArn,
      clientContext: undefined,
      traceId: 'Root=1-2-3;Sampled=0',
      tail,
    })
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms)
    await settle()
  }
  /** How the first sandbox has been put to rest and woken. */
  const rests = () => backend.processes[0]?.rests
  return { backend, clock, dataplane, lines, streams, invoke, pass, rests }
}

async function settle(): Promise<void> {
  for (let round = 0; round < 8; round += 1) await turn()
}

function errorOf(result: InvokeResult): { errorType: string; errorMessage: string } {
  return JSON.parse(Buffer.from(result.payload).toString())
}

/** Environments are looked at once a second, on the second: they become idle at a moment in between. */
const aMomentMs = 400

describe('an environment that nobody uses', () => {
  test('is frozen after a second, not before', async () => {
    const { invoke, pass, rests } = setUp(polite)
    await pass(aMomentMs)
    await invoke()
    await settle()
    await pass(freezeAfterMs)
    assert.deepEqual(rests(), [])
    await pass(1000)
    assert.deepEqual(rests(), ['freeze'])

    const onTheSecond = setUp(polite)
    await onTheSecond.invoke()
    await settle()
    await onTheSecond.pass(freezeAfterMs - 1)
    assert.deepEqual(onTheSecond.rests(), [])
    await onTheSecond.pass(1)
    assert.deepEqual(onTheSecond.rests(), ['freeze'])
  })

  test('gives back memory after a while, and once', async () => {
    const { invoke, pass, rests } = setUp(polite)
    await invoke()
    await settle()
    await pass(reclaimAfterMs - 1)
    assert.deepEqual(rests(), ['freeze'])
    await pass(1)
    assert.deepEqual(rests(), ['freeze', 'reclaim'])
    await pass(reclaimAfterMs)
    assert.deepEqual(rests(), ['freeze', 'reclaim'])
  })

  test('runs again before it gets an event, and rests again afterwards', async () => {
    const seen: boolean[] = []
    const { backend, invoke, pass, rests } = setUp(async (process) => {
      for (let event = await process.next(); ; event = await process.next()) {
        seen.push(process.frozen)
        const id = event.headers['lambda-runtime-aws-request-id']
        process.post(`invocation/${id}/response`, event.body)
        await process.answer()
      }
    })
    await invoke()
    await settle()
    await pass(2 * freezeAfterMs)
    await invoke()
    await settle()
    assert.deepEqual(rests(), ['freeze', 'thaw'])
    await pass(reclaimAfterMs + 1000)
    await invoke()
    assert.deepEqual(rests(), ['freeze', 'thaw', 'freeze', 'reclaim', 'thaw'])
    assert.deepEqual(seen, [false, false, false])
    assert.equal(backend.processes.length, 1)
  })

  test('is left alone between calls that follow each other', async () => {
    const { backend, invoke, pass, rests } = setUp(polite)
    for (let call = 0; call < 20; call += 1) {
      await invoke()
      await settle()
      await pass(freezeAfterMs - 1)
    }
    assert.deepEqual(rests(), [])
    assert.equal(backend.processes.length, 1)
  })

  test('that cannot be frozen is replaced', async () => {
    const { backend, invoke, pass } = setUp(polite)
    await invoke()
    await settle()
    backend.freezeFailure = 'the freezer is stuck'
    await pass(freezeAfterMs)
    assert.deepEqual(backend.endReasons, ['the freezer is stuck'])
    assert.equal(Buffer.from((await invoke()).payload).toString(), '{}')
    assert.equal(backend.processes.length, 2)
  })

  test('ends frozen', async () => {
    const { backend, invoke, pass } = setUp(polite)
    await invoke()
    await settle()
    await pass(idleEnvironmentMs + 1000)
    assert.deepEqual(backend.endReasons, ['idle'])
    assert.ok(backend.processes[0]?.frozen)
    assert.equal(backend.alive.size, 0)
  })

  test('rests and ends again after its function had none for a while', async () => {
    const { backend, dataplane, invoke, pass } = setUp(polite)
    for (const round of [1, 2]) {
      await invoke()
      await settle()
      assert.equal(dataplane.environments, 1)
      await pass(idleEnvironmentMs + 1000)
      // Looked at, and nothing found.
      await pass(2000)
      assert.equal(dataplane.environments, 0)
      assert.deepEqual(backend.endReasons, Array(round).fill('idle'))
    }
    assert.deepEqual(
      backend.processes.map(({ frozen }) => frozen),
      [true, true],
    )
  })
})

test('one that works is never frozen, however long it takes', async () => {
  const { invoke, pass, rests } = setUp(silent)
  const result = invoke()
  await settle()
  for (let second = 1; second < 10; second += 1) await pass(1000)
  assert.deepEqual(rests(), [])
  await pass(1000)
  assert.equal(errorOf(await result).errorType, 'Sandbox.Timedout')
})

async function assertReplaced({ backend, invoke }: ReturnType<typeof setUp>): Promise<void> {
  assert.deepEqual(backend.endReasons, ['age'])
  assert.equal(backend.processes.length, 1)
  await invoke()
  assert.equal(backend.processes.length, 2)
}

describe('an environment that has lived for hours', () => {
  test('is replaced, however busy it is', async () => {
    const world = setUp(polite)
    const { backend, clock, invoke, pass } = world
    const intervalMs = idleEnvironmentMs / 2
    for (let call = 0; call <= lifeMaxMs / intervalMs; call += 1) {
      assert.equal(backend.processes.length, Math.min(call, 1))
      await invoke()
      await settle()
      await pass(intervalMs)
    }
    assert.ok(clock.monotonicMs() > lifeMaxMs)
    // It is looked at when it has done its work.
    await invoke()
    await settle()
    await assertReplaced(world)
  })

  test('and so is one that was invoked so often that its memory suffers from it', async () => {
    const world = setUp(polite, 0, 1)
    const { backend, invoke } = world
    for (let call = 0; call < invocationsPerMbMax; call += 1) {
      assert.deepEqual(backend.endReasons, [])
      await invoke()
      await settle()
    }
    await assertReplaced(world)
  })

  test('leaves nobody waiting', async () => {
    const oldAge = Promise.withResolvers<void>()
    const { backend, clock, invoke } = setUp(async (process) => {
      for (;;) {
        const event = await process.next()
        const id = event.headers['lambda-runtime-aws-request-id']
        process.post(`invocation/${id}/response`, event.body)
        await process.answer()
        if (clock.monotonicMs() > lifeMaxMs) await oldAge.promise
      }
    })
    while (clock.monotonicMs() <= lifeMaxMs) {
      await invoke()
      await settle()
      clock.advance(idleEnvironmentMs / 2)
    }
    assert.equal(backend.processes.length, 1)
    await invoke()
    // It comes while the runtime has answered and not asked for more: it is waited for a moment.
    const next = invoke()
    await settle()
    assert.equal(backend.processes.length, 1)
    oldAge.resolve()
    await next
    assert.deepEqual(backend.endReasons, ['age'])
    assert.equal(backend.processes.length, 2)
  })
})

describe('an environment whose sandbox has waited', () => {
  test('tells the runtime what a new one would have been started with, and logs the same', async () => {
    const told: Record<string, string>[] = []
    const remembering: FakeRuntime = async (process) => {
      const text = await process.ready()
      told.push(process.assigned ? JSON.parse(text).env : JSON.parse(text))
      await polite(process)
    }
    const { backend, dataplane, lines, streams, invoke, pass } = setUp(remembering, 1024 ** 3)
    for (const waits of [false, true]) {
      const before = lines.length
      await invoke()
      await settle()
      await pass(refillDelayMs)
      dataplane.retire(version.functionArn, '$LATEST', undefined, 'updated')
      const { assigned, spec } = backend.processes.at(waits ? 1 : 0)!
      assert.equal(assigned !== undefined, waits)
      assert.equal(spec.env['MINE'], waits ? undefined : '1')
      const kinds = lines.slice(before).map((line) => line.split(' ')[0])
      assert.deepEqual(kinds, ['INIT_START', 'START', 'END', 'REPORT'])
      assert.match(lines.at(-1) ?? '', /\tInit Duration: 0\.00 ms\t/)
    }
    const [own, waited] = told.map(({ AWS_LAMBDA_LOG_STREAM_NAME, ...rest }) => {
      assert.ok(streams.includes(AWS_LAMBDA_LOG_STREAM_NAME ?? ''))
      return rest
    })
    assert.deepEqual(waited, own)
  })
})

describe('an environment that the server ends', () => {
  test('has answered already: the caller who waits for the log gets it', async () => {
    const { dataplane, lines, invoke } = setUp(async (process) => {
      const event = await process.next()
      process.post(`invocation/${event.headers['lambda-runtime-aws-request-id']}/response`, '1')
    })
    const result = invoke(true)
    await settle()
    await dataplane[Symbol.asyncDispose]()
    const { payload, functionError, logTail } = await result
    assert.equal(Buffer.from(payload).toString(), '1')
    assert.equal(functionError, undefined)
    assert.match(Buffer.from(logTail ?? []).toString(), /^START .*\nEND .*\nREPORT .*\n$/)
    assert.equal(lines.filter((line) => line.startsWith('REPORT ')).length, 1)
  })

  test('repeats an init: the invocation that it does it for is refused', async () => {
    const { backend, dataplane, invoke, pass } = setUp(() => undefined)
    const refused = assert.rejects(invoke(), { code: 'ServiceException', status: 500 })
    await settle()
    await pass(initTimeoutMs)
    assert.equal(backend.processes.length, 2)
    await dataplane[Symbol.asyncDispose]()
    await refused
    assert.equal(backend.alive.size, 0)
  })
})
