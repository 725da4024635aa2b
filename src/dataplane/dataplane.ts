/**
 * The data plane's front door: from "run this version with this payload" to its answer.
 *
 * What it is not: it does not know functions, aliases or permissions; the lambda service chooses the version.
 * Invariant: nothing on the warm path touches the disk, the database or the payload.
 * Called by: services/lambda (through the `Invoker` port), wired in app/. Read next: environment-pool.ts.
 */
import os from 'node:os'
import type { FunctionArn, Scope } from '../kernel/brand.ts'
import { type Clock, type Timer, sleep } from '../kernel/clock.ts'
import { ServiceError } from '../kernel/errors.ts'
import type { Log } from '../kernel/log.ts'
import { Metrics } from '../kernel/metrics.ts'
import type {
  InvokeRequest,
  InvokeResult,
  Invoker,
  LogSink,
  ProvisionedState,
  RoleCredentials,
  RunnableVersion,
  RuntimeProvider,
} from '../kernel/ports.ts'
import type { SandboxBackend } from '../sandbox/sandbox.ts'
import { BusyPoll } from './busy-poll.ts'
import type { CodeCache } from './code-cache.ts'
import { Concurrency, type ThrottleReason } from './concurrency.ts'
import { Crowd } from './crowd.ts'
import { EnvironmentPool } from './environment-pool.ts'
import { holdFunctionFiles } from './function-files.ts'
import { Favours } from './favours.ts'
import { Invocation } from './invocation.ts'
import { DataPlaneCounters } from './counters.ts'
import { busyPollMs, idleEnvironmentMs, quickMs, tenantEnvironmentsPerExecution } from './limits.ts'
import { AfterReads } from './logs/platform-log.ts'
import type { PoolParts, Prepared } from './pool-parts.ts'
import { SandboxEnds } from './sandbox-ends.ts'
import { SandboxPool } from './sandbox-pool.ts'
import { StartGate } from './start-gate.ts'
import { Wakefulness } from './wakefulness.ts'

export interface DataPlaneOptions {
  readonly backend: SandboxBackend
  readonly runtimes: RuntimeProvider
  readonly code: CodeCache
  readonly logs: LogSink
  readonly clock: Clock
  readonly log: Log
  /** Environments on this machine at once; more are refused with a throttle. */
  readonly environmentsMax?: number
  /** How many the environments share with us; those of this machine unless told. */
  readonly processors?: number
  /** What they all together have idled so far; undefined, or left out, where nobody can tell. */
  readonly idleMs?: () => number | undefined
  /** Keeps those of them awake that have nothing to do, or no longer; left out where that cannot be had. */
  readonly preventSleep?: (isPrevented: boolean) => void
  /** Memory that sandboxes made ahead may use, bytes; 0: none are made. */
  readonly memoryBudgetBytes?: number
  /** Without them functions have none in their environment. */
  readonly credentials?: RoleCredentials
  /** Where functions reach lambdad; undefined where they do not. */
  readonly endpointUrl?: () => string | undefined
  /** Where it declares what it counts; left out, nobody can see it. */
  readonly metrics?: Metrics
}

/** How often idle environments are looked at. */
const sweepMs = 1_000

export class DataPlane implements Invoker, AsyncDisposable {
  readonly #options: DataPlaneOptions
  readonly #sandboxes: SandboxPool
  readonly #poolParts: PoolParts
  readonly #counters: DataPlaneCounters
  /** By identity of the snapshot: the warm path builds no key. */
  readonly #pools = new WeakMap<RunnableVersion, EnvironmentPool>()
  readonly #tenants = new WeakMap<RunnableVersion, Map<string, EnvironmentPool>>()
  readonly #byFunction = new Map<FunctionArn, Set<EnvironmentPool>>()
  /** Those that have environments or may get some. What looks at all of these costs the same however many functions were deployed. */
  readonly #inUse = new Set<EnvironmentPool>()
  readonly #concurrency = new Concurrency()
  readonly #favours: Favours
  readonly #busyPoll: BusyPoll
  readonly #wakefulness: Wakefulness
  readonly #processors: number
  readonly #environmentsMax: number
  #running = 0
  readonly #quick = new Crowd()
  #sweeper: Timer
  #closing = false

  constructor(options: DataPlaneOptions) {
    this.#options = options
    const { backend, clock, log, logs, metrics = new Metrics() } = options
    this.#counters = new DataPlaneCounters(metrics)
    const { coldStarts, logDrops } = this.#counters
    const ends = new SandboxEnds(log, this.#counters.sandboxEnds)
    this.#processors = options.processors ?? os.availableParallelism()
    this.#favours = new Favours(this.#processors, options.idleMs)
    this.#busyPoll = new BusyPoll(clock)
    this.#wakefulness = new Wakefulness(clock, options.preventSleep ?? (() => undefined))
    this.#environmentsMax = options.environmentsMax ?? environmentsThatFit()
    const budgetBytes = options.memoryBudgetBytes ?? 0
    this.#sandboxes = new SandboxPool({ backend, clock, budgetBytes, ends, coldStarts })
    this.#poolParts = {
      environment: {
        sandboxes: this.#sandboxes,
        clock,
        afterReads: new AfterReads(),
        ends,
        favours: this.#favours,
        logDrops,
        access: (version) => ({
          endpointUrl: options.endpointUrl?.(),
          keys: options.credentials?.keysFor(version),
        }),
      },
      openLog: (version, stream) => logs.open(version, version.logGroup, stream),
      gate: new StartGate(Math.max(4, this.#processors * 2)),
      processors: this.#processors,
      mayGrow: (pool) => this.#makeRoom(pool),
      onColdStart: () => this.#wakefulness.onColdStart(),
      log,
      prepare: (version) => this.#fetch(version),
    }
    this.#declareGauges(metrics)
    this.#sweeper = clock.after(sweepMs, () => this.#sweep())
  }

  async invoke(version: RunnableVersion, request: InvokeRequest): Promise<InvokeResult> {
    const { tenantId } = request
    const pool =
      tenantId === undefined ? this.#poolOf(version) : this.#tenantPoolOf(version, tenantId)
    const { invocations } = this.#counters
    if (this.#closing) {
      invocations.refused.value += 1
      throw new ServiceError('ServiceException', closing, { status: 503 })
    }
    const { concurrency } = pool
    const reason = concurrency.enter()
    if (reason !== undefined) {
      pool.leaveIfUnused()
      throw this.#throttled(reason)
    }
    if (!pool.hasIdle && !pool.isCrowded) {
      if (!this.#makeRoom(pool)) {
        concurrency.leave()
        pool.leaveIfUnused()
        throw this.#throttled('ConcurrentInvocationLimitExceeded')
      }
      this.#inUse.add(pool)
    }
    this.#running += 1
    const isQuick = pool.quickestMs < quickMs
    if (isQuick) {
      this.#quick.enter()
      this.#wakefulness.onQuick()
    }
    try {
      const invocation = new Invocation(version, request)
      pool.invoke(invocation)
      if (pool.quickestMs < busyPollMs && this.invocations < this.#processors)
        this.#busyPoll.begin()
      const result = await invocation.result
      invocations[invocation.status].value += 1
      return result
    } catch (error) {
      invocations.refused.value += 1
      throw error
    } finally {
      this.#running -= 1
      if (isQuick) this.#quick.leave()
      concurrency.leave()
    }
  }

  #throttled(reason: ThrottleReason): ServiceError {
    this.#counters.invocations.throttled.value += 1
    return throttled(reason)
  }

  async prepare(version: RunnableVersion): Promise<void> {
    const { image } = await this.#poolOf(version).prepare()
    this.#sandboxes.expect(version, image)
  }

  provision(version: RunnableVersion, count: number): void {
    const pool = this.#poolOf(version)
    this.#inUse.add(pool)
    pool.provision(count)
  }

  provisioned(version: RunnableVersion): ProvisionedState {
    return this.#poolOf(version).provisioned
  }

  reserve(scope: Scope, functionArn: FunctionArn, reserved: number | undefined): void {
    this.#concurrency.of(scope, functionArn).reserve(reserved)
  }

  retire(
    functionArn: FunctionArn,
    version: string,
    keepRevisionId: string | undefined,
    reason: 'updated' | 'deleted',
  ): void {
    for (const pool of [...(this.#byFunction.get(functionArn) ?? [])]) {
      if (pool.version.version !== version || pool.version.revisionId === keepRevisionId) continue
      pool.retire(reason)
    }
  }

  /** How many environments there are now. */
  get environments(): number {
    let count = 0
    for (const pool of this.#inUse) count += pool.environments
    return count
  }

  /** How many sandboxes wait for a function. */
  get waiting(): number {
    return this.#sandboxes.waiting
  }

  /** How many invocations have no answer yet. */
  get invocations(): number {
    return this.#running
  }

  /** Running invocations may finish for `graceMs`; new ones are refused from now on. */
  async drain(graceMs: number): Promise<void> {
    this.#closing = true
    const { clock } = this.#options
    const untilMs = clock.monotonicMs() + graceMs
    while (this.invocations > 0 && clock.monotonicMs() < untilMs) await sleep(clock, 20)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true
    this.#sweeper.cancel()
    this.#wakefulness[Symbol.dispose]()
    await this.#sandboxes[Symbol.asyncDispose]()
    const pools = [...this.#byFunction.values()].flatMap((siblings) => [...siblings])
    await Promise.all(pools.map((pool) => pool.end('shutdown')))
  }

  #declareGauges(metrics: Metrics): void {
    metrics.gauges('lambdad_environments', 'Execution environments, by state.', 'state', () => {
      const states = { busy: 0, idle: 0, starting: 0 }
      for (const pool of this.#inUse) pool.count(states)
      return states
    })
    const waiting = 'Sandboxes that wait for a function.'
    metrics.gauge('lambdad_sandboxes_waiting', waiting, () => this.waiting)
  }

  #poolOf(version: RunnableVersion): EnvironmentPool {
    const known = this.#pools.get(version)
    if (known) return known
    for (const pool of this.#byFunction.get(version.functionArn) ?? []) {
      const same = pool.version.version === version.version && pool.tenantId === undefined
      if (same && pool.version.revisionId === version.revisionId) {
        this.#pools.set(version, pool)
        return pool
      }
    }
    const pool = this.#newPool(version)
    this.#pools.set(version, pool)
    return pool
  }

  #tenantPoolOf(version: RunnableVersion, tenantId: string): EnvironmentPool {
    let pools = this.#tenants.get(version)
    if (!pools) this.#tenants.set(version, (pools = new Map()))
    let pool = pools.get(tenantId)
    if (!pool) pools.set(tenantId, (pool = this.#newPool(version, tenantId)))
    return pool
  }

  #newPool(version: RunnableVersion, tenantId?: string): EnvironmentPool {
    const { functionArn } = version
    const pool = new EnvironmentPool(
      version,
      this.#concurrency.of(version, functionArn),
      this.#poolParts,
      (empty) => this.#forget(empty),
      tenantId,
    )
    const siblings = this.#byFunction.get(functionArn) ?? new Set()
    this.#byFunction.set(functionArn, siblings.add(pool))
    return pool
  }

  #forget(pool: EnvironmentPool): void {
    this.#inUse.delete(pool)
    const siblings = this.#byFunction.get(pool.version.functionArn)
    if (!siblings?.delete(pool)) return
    if (siblings.size === 0) this.#byFunction.delete(pool.version.functionArn)
    if (pool.tenantId === undefined) this.#pools.delete(pool.version)
    else this.#tenants.get(pool.version)?.delete(pool.tenantId)
    pool.release()
  }

  async #fetch(version: RunnableVersion): Promise<Prepared> {
    const { runtimes, code } = this.#options
    const image = await runtimes.prepare(version.runtime)
    return { image, files: await holdFunctionFiles(code, version, image) }
  }

  /** True when one more environment may be made, if need be in place of one that idles elsewhere. */
  #makeRoom(forPool: EnvironmentPool): boolean {
    if (forPool.tenantId !== undefined && !this.#hasTenantRoom(forPool)) return false
    if (this.environments < this.#environmentsMax) return true
    let oldest: EnvironmentPool | undefined
    for (const pool of this.#inUse) {
      const sinceMs = pool.idleSinceMs
      if (sinceMs !== undefined && sinceMs < (oldest?.idleSinceMs ?? Infinity)) oldest = pool
    }
    return oldest?.evictOne() ?? false
  }

  /** Tenants that idle are not pushed out by others of their function: further ones are throttled, as on AWS. */
  #hasTenantRoom({ version, concurrency }: EnvironmentPool): boolean {
    let count = 0
    for (const pool of this.#byFunction.get(version.functionArn) ?? []) {
      if (pool.tenantId !== undefined) count += pool.environments
    }
    return count < Math.floor(concurrency.limit * tenantEnvironmentsPerExecution)
  }

  #sweep(): void {
    const { clock } = this.#options
    const nowMs = clock.monotonicMs()
    this.#favours.sweep(nowMs, this.#quick.average())
    for (const pool of this.#inUse) {
      pool.expire(nowMs - idleEnvironmentMs)
      pool.rest(nowMs)
      pool.leaveIfUnused()
      if (pool.isUnused) this.#inUse.delete(pool)
    }
    this.#sweeper = clock.after(sweepMs, () => this.#sweep())
  }
}

const closing = 'The server is shutting down.'

function throttled(reason: ThrottleReason): ServiceError {
  return new ServiceError('TooManyRequestsException', 'Rate Exceeded.', {
    status: 429,
    fields: { Reason: reason },
    headers: { 'Retry-After': '1' },
  })
}

/** Leaves a fifth of the memory to everything else; a small Node.js function needs some 64 MB. */
function environmentsThatFit(): number {
  return Math.max(4, Math.floor((os.totalmem() * 0.8) / (64 * 1024 * 1024)))
}
