/**
 * The data plane with sandboxes made ahead, under anything that can happen in any order: what must always hold.
 * A failure prints its seed and the shortest list of steps that leads to it.
 */
import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { setImmediate as turn } from 'node:timers/promises'
import { test } from 'node:test'
import fc from '../../test/kit/fast-check.ts'
import { FakeClock } from '../../test/kit/fake-clock.ts'
import { type Answer, FakeBackend, type FakeProcess } from '../../test/kit/fake-sandbox.ts'
import { ServiceError } from '../kernel/errors.ts'
import { newRequestId } from '../kernel/ids.ts'
import { silentLog } from '../kernel/log.ts'
import { Metrics } from '../kernel/metrics.ts'
import type { RunnableVersion, RuntimeImage } from '../kernel/ports.ts'
import type { CodeCache } from './code-cache.ts'
import { DataPlane } from './dataplane.ts'
import {
  idleEnvironmentMs,
  initTimeoutMs,
  lifeMaxMs,
  poolSweepMs,
  refillDelayMs,
  waitingBytesAtFirst,
} from './limits.ts'

const image: RuntimeImage = {
  mounts: [],
  command: () => ['/bin/fake'],
  needsOwnStart: (environment) => 'OWN' in environment,
  env: {},
  runtimeApi: 'inherited',
  versionLabel: 'fake:1.v1',
  versionHash: 'abc',
}

/** The first two can have the same sandboxes, the third needs shells, the fourth more memory; the last has tenants. */
const functions = [
  { functionName: 'one', memoryMb: 128, environment: {} },
  { functionName: 'two', memoryMb: 128, environment: {} },
  { functionName: 'own', memoryMb: 128, environment: { OWN: '1' } },
  { functionName: 'large', memoryMb: 256, environment: {} },
  { functionName: 'tenants', memoryMb: 128, environment: {} },
].map(
  (fields) =>
    ({
      account: '123456789012',
      region: 'eu-west-1',
      functionArn: `arn:aws:lambda:eu-west-1:123456789012:function:${fields.functionName}`,
      version: '$LATEST',
      revisionId: '0',
      runtime: 'fake',
      handler: 'index.handler',
      code: `${fields.functionName}-0`,
      layers: [],
      timeoutMs: 3000,
      tmpMb: 512,
      logGroup: '/aws/lambda/f',
      logFormat: 'Text',
      ...fields,
    }) as unknown as RunnableVersion,
)

type Act = 'succeed' | 'fail' | 'exit'

type Step =
  | { readonly invoke: number; readonly tail: boolean; readonly tenant: string }
  /** What the runtime in one of the sandboxes that have something to do does next. */
  | { readonly act: Act; readonly which: number }
  /** The process in one of all sandboxes, whatever it does, ends. */
  | { readonly crash: number }
  | { readonly update: number; readonly prepare: boolean }
  | { readonly passMs: number }
  | { readonly busyForMs: number; readonly invoke: number }
  | { readonly fault: 'start' | 'assign' | 'none' }
  | { readonly starts: 'held' | 'free' }
  | { readonly shutdown: true }

const which = fc.nat({ max: 20 })
const ofFunction = fc.nat({ max: functions.length - 1 })
const someTenant = fc.constantFrom('blue', 'green')
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 30,
    arbitrary: fc.record({ invoke: ofFunction, tail: fc.boolean(), tenant: someTenant }),
  },
  { weight: 40, arbitrary: fc.record({ act: fc.constant<Act>('succeed'), which }) },
  { weight: 6, arbitrary: fc.record({ act: fc.constantFrom<Act>('fail', 'exit'), which }) },
  { weight: 6, arbitrary: fc.record({ crash: which }) },
  { weight: 6, arbitrary: fc.record({ update: ofFunction, prepare: fc.boolean() }) },
  {
    weight: 20,
    arbitrary: fc.record({
      passMs: fc.constantFrom(5, refillDelayMs, 1000, 3000, initTimeoutMs, poolSweepMs, 61_000),
    }),
  },
  { weight: 3, arbitrary: fc.record({ passMs: fc.constant(idleEnvironmentMs + 1000) }) },
  {
    weight: 1,
    arbitrary: fc.record({ busyForMs: fc.constant(lifeMaxMs + 60_000), invoke: ofFunction }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      fault: fc.constantFrom<'start' | 'assign' | 'none'>('start', 'assign', 'none'),
    }),
  },
  { weight: 4, arbitrary: fc.record({ starts: fc.constantFrom<'held' | 'free'>('held', 'free') }) },
  { weight: 1, arbitrary: fc.record({ shutdown: fc.constant<true>(true) }) },
)

const scenario = fc.record({
  budgetBytes: fc.constantFrom(0, 3 * waitingBytesAtFirst.booted, 1024 ** 4),
  environmentsMax: fc.constantFrom(2, 100),
  /** A step, and how many turns of the event loop come after it. */
  steps: fc.array(fc.tuple(step, fc.constantFrom(0, 1, 6, 6)), {
    minLength: 1,
    maxLength: 60,
    size: 'max',
  }),
})

/** What a test knows of one sandbox: its runtime's side of everything. */
interface Life {
  readonly process: FakeProcess
  /** Monotonic ms: since when it has its function, and since when it waits for an event. */
  startedMs: number
  askedMs: number
  /** The function version that it serves. */
  serves: string | undefined
  tenant: string | undefined
  /** Set while it has something to do: to load its function, or to answer. */
  decide: ((act: Act) => void) | undefined
}

interface Sent {
  readonly requestId: string
  readonly result: Promise<void>
}

class World {
  readonly clock = new FakeClock()
  readonly backend = new FakeBackend((process) => void this.#live(process).catch(this.#onBroken))
  readonly lines: string[] = []
  readonly metrics = new Metrics()
  readonly dataplane: DataPlane
  /** Sandboxes whose end was told, by id. */
  readonly #told: string[] = []
  readonly #versions = [...functions]
  readonly #lives: Life[] = []
  readonly #sent: Sent[] = []
  /** By code: how many hold its directory. */
  readonly #held = new Map<string, number>()
  readonly #broken: unknown[] = []
  readonly #onBroken = (error: unknown): void => void this.#broken.push(error)
  #answered = 0
  #release: (() => void) | undefined
  #disposal: Promise<void> | undefined

  constructor(budgetBytes: number, environmentsMax: number) {
    const hold = (code: string, change: number): void => {
      const count = (this.#held.get(code) ?? 0) + change
      assert.ok(count >= 0, 'code was released more often than it was fetched')
      this.#held.set(code, count)
    }
    const tell = (fields: { sandbox?: string }): void => {
      if (fields.sandbox !== undefined) this.#told.push(fields.sandbox)
    }
    this.dataplane = new DataPlane({
      backend: this.backend,
      clock: this.clock,
      log: { ...silentLog, debug: tell, warn: tell },
      metrics: this.metrics,
      runtimes: {
        identifiers: [],
        versionHash: () => undefined,
        whyMissing: () => undefined,
        prepare: async () => image,
      },
      code: {
        acquire: async (code: string) => (hold(code, 1), `/code/${code}`),
        release: (code: string) => hold(code, -1),
      } as unknown as CodeCache,
      logs: { open: () => ({ write: (_timestampMs, message) => this.lines.push(message) }) },
      environmentsMax,
      processors: 2,
      memoryBudgetBytes: budgetBytes,
    })
  }

  async take(each: Step): Promise<void> {
    if ('busyForMs' in each) await this.#stayBusy(each.invoke, each.busyForMs)
    else if ('invoke' in each) this.#invoke(each.invoke, each.tail, each.tenant)
    else if ('act' in each) this.#act(each.act, each.which)
    else if ('crash' in each) {
      const all = [...this.backend.alive]
      all[each.crash % all.length]?.exit(undefined, 'SIGSEGV')
    } else if ('update' in each) await this.#update(each.update, each.prepare)
    else if ('passMs' in each) this.clock.advance(each.passMs)
    else if ('fault' in each) this.#setFault(each.fault)
    else if ('starts' in each) {
      if (each.starts === 'free') this.#free()
      else if (!this.#release) {
        const gate = Promise.withResolvers<void>()
        this.backend.gate = gate.promise
        this.#release = gate.resolve
      }
    } else this.#disposal ??= this.dataplane[Symbol.asyncDispose]()
  }

  /** Everything comes to its end: what must hold then. */
  async end(): Promise<void> {
    this.#disposal ??= this.dataplane[Symbol.asyncDispose]()
    await settle()
    this.#setFault('none')
    this.#free()
    await this.#disposal
    await settle()
    this.check()
    assert.equal(this.#answered, this.#sent.length, 'an invocation was never answered')
    assert.equal(this.backend.alive.size, 0, 'a sandbox was left')
    const made = this.backend.processes.map(({ spec }) => spec.id)
    assert.deepEqual(this.#told.toSorted(), made.toSorted(), 'each end is told, and once')
    assert.equal(this.#sum('lambdad_invocations_total'), this.#sent.length)
    assert.equal(this.#sum('lambdad_environments'), 0)
    assert.equal(this.#sum('lambdad_sandboxes_waiting'), 0)
    for (const { requestId } of this.#sent) {
      const lines = this.lines.filter((line) => line.includes(requestId))
      const of = (kind: string) => lines.filter((line) => line.startsWith(`${kind} RequestId`))
      assert.ok(of('START').length <= 1, 'an invocation began twice')
      assert.equal(of('END').length, of('START').length)
      assert.equal(of('REPORT').length, of('START').length)
    }
  }

  #sum(metric: string): number {
    const family = [...this.metrics.families].find(({ name }) => name === metric)
    return [...(family?.read() ?? [])].reduce((sum, [, value]) => sum + value, 0)
  }

  /** @throws what was found wrong in a sandbox. */
  check(): void {
    if (this.#broken.length > 0) throw this.#broken[0]
  }

  #invoke(index: number, tail: boolean, tenant: string): void {
    const version = this.#versions[index]!
    const tenantId = version.functionName === 'tenants' ? tenant : undefined
    const requestId = newRequestId()
    const payload = Buffer.from(JSON.stringify({ serves: version.code, tenantId, requestId }))
    const request = {
      requestId,
      payload,
      invokedArn: version.functionArn,
      clientContext: undefined,
      traceId: 'Root=1-2-3;Sampled=0',
      tail,
      tenantId,
    }
    const result = this.dataplane.invoke(version, request).then(
      (answer) => {
        this.#answered += 1
        const text = Buffer.from(answer.payload).toString()
        if (answer.functionError === undefined) assert.equal(text, payload.toString())
        else assert.ok(JSON.parse(text).errorType)
        assert.equal(answer.logTail !== undefined, tail)
      },
      (error: unknown) => {
        this.#answered += 1
        assert.ok(error instanceof ServiceError, String(error))
      },
    )
    this.#sent.push({ requestId, result: result.catch(this.#onBroken) })
  }

  #act(act: Act, index: number): void {
    const able = this.#lives.filter(
      ({ decide, process }) => decide && this.backend.alive.has(process),
    )
    able[index % able.length]?.decide?.(act)
  }

  async #update(index: number, prepare: boolean): Promise<void> {
    const old = this.#versions[index]!
    const revisionId = String(Number(old.revisionId) + 1)
    const version = { ...old, revisionId, code: `${old.functionName}-${revisionId}` }
    this.#versions[index] = version as RunnableVersion
    this.dataplane.retire(old.functionArn, '$LATEST', revisionId, 'updated')
    if (prepare) await this.dataplane.prepare(version as RunnableVersion)
  }

  /** One function, in use for so long. */
  async #stayBusy(index: number, forMs: number): Promise<void> {
    for (let sinceMs = 0; sinceMs < forMs; sinceMs += idleEnvironmentMs / 2) {
      this.#invoke(index, false, 'blue')
      for (let round = 0; round < 3; round += 1) {
        await settle()
        for (const life of this.#lives) life.decide?.('succeed')
      }
      this.clock.advance(idleEnvironmentMs / 2)
    }
  }

  #setFault(fault: 'start' | 'assign' | 'none'): void {
    this.backend.failure = fault === 'start' ? 'no more processes' : undefined
    this.backend.assignFailure = fault === 'assign' ? 'cannot mount' : undefined
  }

  #free(): void {
    this.backend.gate = undefined
    this.#release?.()
    this.#release = undefined
  }

  /** The runtime in one sandbox. */
  async #live(process: FakeProcess): Promise<void> {
    const life: Life = {
      process,
      startedMs: 0,
      askedMs: 0,
      serves: undefined,
      tenant: undefined,
      decide: undefined,
    }
    this.#lives.push(life)
    const told = await process.ready()
    life.startedMs = this.clock.monotonicMs()
    const loaded = await decision(life)
    if (loaded === 'fail') {
      process.post('init/error', '{"errorType":"E","errorMessage":"m"}')
      await process.answer()
    }
    if (loaded !== 'succeed') return process.exit(1)
    for (;;) {
      life.askedMs = this.clock.monotonicMs()
      const event = await process.next()
      // Destroyed in the turn in which the event came.
      if (!this.backend.alive.has(process)) return
      this.#checkEvent(life, event, told)
      const act = await decision(life)
      if (act === 'exit') return process.exit(3)
      const id = event.headers['lambda-runtime-aws-request-id']
      if (act === 'succeed') process.post(`invocation/${id}/response`, event.body)
      else process.post(`invocation/${id}/error`, '{"errorType":"E","errorMessage":"m"}')
      assert.equal((await process.answer()).status, 202)
    }
  }

  #checkEvent(life: Life, event: Answer, told: string): void {
    const { process } = life
    const { serves, tenantId } = JSON.parse(event.body) as { serves: string; tenantId?: string }
    if (life.serves === undefined) Object.assign(life, { serves, tenant: tenantId })
    assert.equal(serves, life.serves, 'a sandbox served two function versions')
    assert.equal(tenantId, life.tenant, 'a sandbox served two tenants')
    assert.equal(event.headers['lambda-runtime-aws-tenant-id'], tenantId)
    assert.equal(event.status, 200)
    assert.ok(!process.frozen, 'an event came to a sandbox that was frozen')
    const livedMs = life.askedMs - life.startedMs
    assert.ok(livedMs <= lifeMaxMs, 'an event came to a sandbox that has lived too long')
    const mounts = [...process.spec.mounts, ...(process.assigned?.mounts ?? [])]
    const code = mounts.filter(({ target }) => target === '/var/task')
    assert.deepEqual(code, [{ source: `/code/${serves}`, target: '/var/task' }])
    assert.ok((this.#held.get(serves) ?? 0) > 0, 'its code was given up')
    assert.match(told, new RegExp(`AWS_LAMBDA_FUNCTION_NAME\\W+${serves.split('-')[0]}\\b`))
  }
}

/** Resolves when a step decides what the runtime does now. */
async function decision(life: Life): Promise<Act> {
  const act = await new Promise<Act>((resolve) => {
    life.decide = resolve
  })
  life.decide = undefined
  return act
}

async function settle(turns = 8): Promise<void> {
  for (let round = 0; round < turns; round += 1) await turn()
}

test('whatever happens, each sandbox serves one version, and each invocation is answered once', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ budgetBytes, environmentsMax, steps }) => {
      const world = new World(budgetBytes, environmentsMax)
      for (const [each, turns] of steps) {
        await world.take(each)
        await settle(turns)
        world.check()
      }
      await world.end()
    }),
    { numRuns: 400 },
  )
})
