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
import type {
  InvokeRequest,
  InvokeResult,
  Invoker,
  LogSink,
  RoleCredentials,
  RunnableVersion,
  RuntimeImage,
  RuntimeProvider,
} from '../kernel/ports.ts'
import type { SandboxBackend } from '../sandbox/sandbox.ts'
import type { CodeCache } from './code-cache.ts'
import { EnvironmentPool, type PoolParts } from './environment-pool.ts'
import { Invocation } from './invocation.ts'
import { accountConcurrencyMax, idleEnvironmentMs } from './limits.ts'
import { AfterReads } from './logs/platform-log.ts'
import { SandboxPool } from './sandbox-pool.ts'
import { StartGate } from './start-gate.ts'

export interface DataPlaneOptions {
  readonly backend: SandboxBackend
  readonly runtimes: RuntimeProvider
  readonly code: CodeCache
  readonly logs: LogSink
  readonly clock: Clock
  readonly log: Log
  /** Environments on this machine at once; more are refused with a throttle. */
  readonly environmentsMax?: number
  /** Memory that sandboxes made ahead may use, bytes; 0: none are made. */
  readonly memoryBudgetBytes?: number
  /** Without them functions have none in their environment. */
  readonly credentials?: RoleCredentials
  /** Where functions reach lambdad; undefined where they do not. */
  readonly endpointUrl?: () => string | undefined
}

/** How often idle environments are looked at. */
const sweepMs = 1_000

export class DataPlane implements Invoker, AsyncDisposable {
  readonly #options: DataPlaneOptions
  readonly #sandboxes: SandboxPool
  readonly #poolParts: PoolParts
  /** By identity of the snapshot: the warm path builds no key. */
  readonly #pools = new WeakMap<RunnableVersion, EnvironmentPool>()
  readonly #byFunction = new Map<FunctionArn, Set<EnvironmentPool>>()
  readonly #concurrency = new Map<string, { running: number }>()
  readonly #environmentsMax: number
  #sweeper: Timer
  #closing = false

  constructor(options: DataPlaneOptions) {
    this.#options = options
    const { backend, clock, log, logs } = options
    this.#environmentsMax = options.environmentsMax ?? environmentsThatFit()
    const budgetBytes = options.memoryBudgetBytes ?? 0
    this.#sandboxes = new SandboxPool({ backend, clock, log, budgetBytes })
    this.#poolParts = {
      environment: {
        sandboxes: this.#sandboxes,
        clock,
        afterReads: new AfterReads(),
        access: (version) => ({
          endpointUrl: options.endpointUrl?.(),
          keys: options.credentials?.keysFor(version),
        }),
      },
      openLog: (version, stream) => logs.open(version, version.logGroup, stream),
      gate: new StartGate(Math.max(4, os.availableParallelism() * 2)),
      log,
      prepare: (version) => this.#fetch(version),
    }
    this.#sweeper = clock.after(sweepMs, () => this.#sweep())
  }

  async invoke(version: RunnableVersion, request: InvokeRequest): Promise<InvokeResult> {
    const pool = this.#poolOf(version)
    const account = this.#accountOf(version)
    if (account.running >= accountConcurrencyMax) throw throttled()
    if (this.#closing) throw new ServiceError('ServiceException', closing, { status: 503 })
    if (!pool.hasIdle && !this.#makeRoom()) throw throttled()
    account.running += 1
    try {
      const invocation = new Invocation(version, request)
      pool.invoke(invocation)
      return await invocation.result
    } finally {
      account.running -= 1
    }
  }

  async prepare(version: RunnableVersion): Promise<void> {
    const { image } = await this.#poolOf(version).prepare()
    this.#sandboxes.expect(version, image)
  }

  retire(
    functionArn: FunctionArn,
    version: string,
    keepRevisionId: string | undefined,
    reason: string,
  ): void {
    for (const pool of [...(this.#byFunction.get(functionArn) ?? [])]) {
      if (pool.version.version !== version || pool.version.revisionId === keepRevisionId) continue
      pool.retire(reason)
    }
  }

  /** How many environments there are now. */
  get environments(): number {
    let count = 0
    for (const pool of this.#allPools()) count += pool.environments
    return count
  }

  /** Running invocations may finish for `graceMs`; new ones are refused from now on. */
  async drain(graceMs: number): Promise<void> {
    this.#closing = true
    const { clock } = this.#options
    const untilMs = clock.monotonicMs() + graceMs
    while (this.#running() > 0 && clock.monotonicMs() < untilMs) await sleep(clock, 20)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true
    this.#sweeper.cancel()
    await this.#sandboxes[Symbol.asyncDispose]()
    await Promise.all([...this.#allPools()].map((pool) => pool.end('the server stops')))
  }

  #poolOf(version: RunnableVersion): EnvironmentPool {
    const known = this.#pools.get(version)
    if (known) return known
    const siblings = this.#byFunction.get(version.functionArn) ?? new Set()
    for (const pool of siblings) {
      const same = pool.version.version === version.version
      if (same && pool.version.revisionId === version.revisionId) {
        this.#pools.set(version, pool)
        return pool
      }
    }
    const pool = new EnvironmentPool(version, this.#poolParts, (empty) => this.#forget(empty))
    this.#pools.set(version, pool)
    siblings.add(pool)
    this.#byFunction.set(version.functionArn, siblings)
    return pool
  }

  #forget(pool: EnvironmentPool): void {
    const siblings = this.#byFunction.get(pool.version.functionArn)
    if (!siblings?.delete(pool)) return
    if (siblings.size === 0) this.#byFunction.delete(pool.version.functionArn)
    this.#pools.delete(pool.version)
    if (pool.isPrepared) this.#options.code.release(pool.version.code)
  }

  async #fetch(version: RunnableVersion): Promise<{ image: RuntimeImage; codeDirectory: string }> {
    const image = await this.#options.runtimes.prepare(version.runtime)
    return { image, codeDirectory: await this.#options.code.acquire(version.code) }
  }

  #accountOf(scope: Scope): { running: number } {
    const key = scope.account + scope.region
    let account = this.#concurrency.get(key)
    if (!account) {
      account = { running: 0 }
      this.#concurrency.set(key, account)
    }
    return account
  }

  #running(): number {
    let count = 0
    for (const account of this.#concurrency.values()) count += account.running
    return count
  }

  /** True when one more environment may be made, if need be in place of one that idles elsewhere. */
  #makeRoom(): boolean {
    if (this.environments < this.#environmentsMax) return true
    let oldest: EnvironmentPool | undefined
    for (const pool of this.#allPools()) {
      const sinceMs = pool.idleSinceMs
      if (sinceMs !== undefined && sinceMs < (oldest?.idleSinceMs ?? Infinity)) oldest = pool
    }
    return oldest?.evictOne('made room for another function') ?? false
  }

  *#allPools(): Generator<EnvironmentPool> {
    for (const pools of this.#byFunction.values()) yield* pools
  }

  #sweep(): void {
    const { clock } = this.#options
    const nowMs = clock.monotonicMs()
    for (const pool of this.#allPools()) {
      pool.expire(nowMs - idleEnvironmentMs)
      pool.rest(nowMs)
    }
    this.#sweeper = clock.after(sweepMs, () => this.#sweep())
  }
}

const closing = 'The server is shutting down.'

function throttled(): ServiceError {
  return new ServiceError('TooManyRequestsException', 'Rate Exceeded.', {
    status: 429,
    fields: { Reason: 'ConcurrentInvocationLimitExceeded' },
    headers: { 'Retry-After': '1' },
  })
}

/** Leaves a fifth of the memory to everything else; a small Node.js function needs some 64 MB. */
function environmentsThatFit(): number {
  return Math.max(4, Math.floor((os.totalmem() * 0.8) / (64 * 1024 * 1024)))
}
