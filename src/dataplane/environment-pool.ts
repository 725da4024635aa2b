/**
 * The execution environments of one revision of one function version, with tenant isolation of one tenant: who is idle, who waits, when to grow.
 *
 * Invariants: an environment serves this revision, and this tenant, alone; every invocation that comes in is answered exactly
 * once; there are never more environments starting than invocations waiting for one.
 * Called by: dataplane.ts. Read next: execution-environment.ts.
 */
import { assert } from '../kernel/assert.ts'
import { ServiceError } from '../kernel/errors.ts'
import type { ProvisionedState, RunnableVersion } from '../kernel/ports.ts'
import type { FunctionConcurrency } from './concurrency.ts'
import type { EnvironmentOwner } from './environment-parts.ts'
import { ExecutionEnvironment } from './execution-environment.ts'
import type { InitFailure } from './init-failure.ts'
import type { Invocation } from './invocation.ts'
import { Patience } from './patience.ts'
import type { PoolParts, Prepared } from './pool-parts.ts'
import { Provisioned } from './provisioned.ts'
import { type EndReason, endReasons } from './sandbox-ends.ts'
import { isWornOut } from './wear.ts'

export class EnvironmentPool implements EnvironmentOwner {
  readonly version: RunnableVersion
  /** Undefined for functions without tenant isolation. */
  readonly tenantId: string | undefined
  /** Of the function, all its versions together. */
  readonly concurrency: FunctionConcurrency
  readonly #parts: PoolParts
  readonly #all = new Set<ExecutionEnvironment>()
  /** The one used last is taken first: the others may rest until they expire. */
  readonly #idle: ExecutionEnvironment[] = []
  #waiting: Invocation[] = []
  readonly #patience: Patience
  /** Those whose init is repeated for them. */
  readonly #repeating = new Set<Invocation>()
  #starting = 0
  /** Those of `#starting` that are to be kept ready. */
  #startingKept = 0
  /** Environments whose invocation is answered and that have not asked for the next one yet. */
  #finishing = 0
  /** Those of `#starting` that have no environment yet. */
  #atGate = 0
  #retired: EndReason | undefined
  #prepared: Promise<Prepared> | undefined
  readonly #provisioned: Provisioned
  readonly #onEmpty: (pool: EnvironmentPool) => void

  constructor(
    version: RunnableVersion,
    concurrency: FunctionConcurrency,
    parts: PoolParts,
    onEmpty: (pool: EnvironmentPool) => void,
    tenantId?: string,
  ) {
    this.version = version
    this.tenantId = tenantId
    this.concurrency = concurrency
    this.#parts = parts
    this.#provisioned = new Provisioned(parts.environment.clock, () => this.#ensureProvisioned())
    this.#patience = new Patience(parts.environment.clock, parts.processors, {
      isHeld: () => this.#waiting.length > 0 && this.isCrowded,
      serve: () => this.#serve(),
    })
    this.#onEmpty = onEmpty
  }

  /** Environments there are, ready or starting. */
  get environments(): number {
    return this.#all.size + this.#atGate
  }

  get hasIdle(): boolean {
    return this.#idle.length > 0
  }

  /** How long an invocation takes at best; see patience.ts. */
  get quickestMs(): number {
    return this.#patience.quickestMs
  }

  /** Adds its environments to those of each state. */
  count(states: Record<'starting' | 'busy' | 'idle', number>): void {
    states.starting += this.#atGate
    for (const { phase } of this.#all) {
      if (phase === 'busy' || phase === 'idle') states[phase] += 1
      else states.starting += 1
    }
  }

  /** Gives back what was prepared, when nobody needs the pool any more. */
  release(): void {
    void this.#prepared?.then(({ files }) => files[Symbol.dispose]()).catch(() => undefined)
  }

  /** Fetches runtime and code; at most once, unless it failed. @throws PreparationError */
  prepare(): Promise<Prepared> {
    this.#prepared ??= this.#parts.prepare(this.version).catch((error: unknown) => {
      this.#prepared = undefined
      throw error
    })
    return this.#prepared
  }

  /** Keeps so many environments ready from now on. */
  provision(count: number): void {
    this.#provisioned.want(count)
    this.#ensureProvisioned()
  }

  get provisioned(): ProvisionedState {
    const states = { starting: 0, busy: 0, idle: 0 }
    this.count(states)
    return this.#provisioned.state(states.busy + states.idle)
  }

  /** The answer comes through the invocation's promise. */
  invoke(invocation: Invocation): void {
    assert(invocation.request.tenantId === this.tenantId, 'a pool got an event of another tenant')
    const environment = this.isCrowded ? undefined : this.#idle.pop()
    if (environment) {
      environment.run(invocation)
      return
    }
    this.#waiting.push(invocation)
    if (this.#finishing > 0) this.#patience.wait()
    else this.#serve()
  }

  /** Whether further invocations had better wait for one of those at work. */
  get isCrowded(): boolean {
    return this.#patience.isCrowded(this.#working)
  }

  /** Those that start to be kept ready work for nobody. */
  get #working(): number {
    return this.environments - this.#idle.length - this.#startingKept
  }

  /** No environment outlives its present invocation any more. */
  retire(reason: EndReason): void {
    this.#retired = reason
    this.#provisioned.want(0)
    for (const environment of this.#idle.splice(0)) void environment.end(reason)
    this.#leaveIfEmpty()
  }

  /** Retires a tenant's pool that has nothing any more: there may be as many tenants as clients think of. */
  leaveIfUnused(): void {
    if (this.tenantId !== undefined && this.isUnused) this.retire('idle')
  }

  /** It has nothing, and gets nothing before it is invoked or provisioned anew. */
  get isUnused(): boolean {
    return this.#isEmpty && this.#provisioned.wanted === 0
  }

  /** Puts to rest those that nobody uses. */
  rest(nowMs: number): void {
    for (const environment of this.#idle) environment.rest(nowMs)
  }

  /** Ends environments nobody has used since `idleSinceMs` (monotonic). */
  expire(idleSinceMs: number): void {
    const unused = this.#idle.filter((environment) => environment.idleSinceMs < idleSinceMs)
    const expired = unused.slice(0, this.#spare)
    // Before the first of them ends: that may call for others.
    for (const each of expired) this.#idle.splice(this.#idle.indexOf(each), 1)
    for (const each of expired) void each.end('idle')
  }

  /** Ends the environment that has been idle longest, to make room; false when none is idle. */
  evictOne(): boolean {
    const environment = this.#spare > 0 ? this.#idle.shift() : undefined
    if (environment) void environment.end('evicted')
    return environment !== undefined
  }

  /** How many environments it has beyond those that are kept ready. */
  get #spare(): number {
    return Math.max(0, this.environments - this.#provisioned.wanted)
  }

  /** Monotonic ms since when its longest idle environment rests; undefined when none does. */
  get idleSinceMs(): number | undefined {
    return this.#spare > 0 ? this.#idle[0]?.idleSinceMs : undefined
  }

  /** Ends everything at once. */
  async end(reason: EndReason): Promise<void> {
    this.#retired = reason
    this.#provisioned.want(0)
    const message = `The function cannot run: its environment ${endReasons[reason]}.`
    const refusal = new ServiceError('ServiceException', message, { status: 500 })
    this.#patience.end()
    const unserved = [...this.#waiting.splice(0), ...this.#repeating]
    for (const invocation of unserved) invocation.refuse(refusal)
    this.#idle.length = 0
    await Promise.all([...this.#all].map((environment) => environment.end(reason)))
  }

  onAnswered(): void {
    this.#finishing += 1
  }

  onIdle(environment: ExecutionEnvironment, durationMs?: number): void {
    if (durationMs !== undefined) this.#patience.onFinished(durationMs)
    if (isWornOut(environment)) {
      void environment.end('age')
      return
    }
    const isRetired = this.#retired !== undefined
    // Those that have been too many at work become fewer again here.
    const isWanted = isRetired || !this.#patience.isCrowded(this.#working - 1)
    const next = isWanted ? this.#waiting.shift() : undefined
    if (next) environment.run(next)
    else if (this.#retired === undefined) this.#rest(environment)
    else void environment.end(this.#retired)
  }

  #rest(environment: ExecutionEnvironment): void {
    this.#idle.push(environment)
    if (this.#waiting.length > 0) this.#patience.wait()
  }

  /** One invocation takes the failure upon itself: the init is repeated within its time, as on AWS. */
  onInitFailed(_environment: ExecutionEnvironment, _failure: InitFailure): void {
    const invocation = this.#waiting.shift()
    if (invocation) void this.#grow(invocation)
  }

  onEnded(environment: ExecutionEnvironment): void {
    this.#all.delete(environment)
    const at = this.#idle.indexOf(environment)
    if (at >= 0) this.#idle.splice(at, 1)
    this.#serve()
    this.#ensureProvisioned()
    this.#leaveIfEmpty()
  }

  #ensureProvisioned(): void {
    for (let missing = this.#provisioned.missing(this.environments); missing > 0; missing -= 1) {
      void this.#grow(undefined, true)
    }
  }

  /** Gives those who wait what there is, and starts what is missing, unless they had better wait on. */
  #serve(): void {
    while (this.#waiting.length > 0) {
      if (this.isCrowded) return this.#patience.wait()
      const environment = this.#idle.pop()
      if (environment) environment.run(this.#waiting.shift() as Invocation)
      else if (this.#waiting.length > this.#starting && this.#parts.mayGrow(this)) void this.#grow()
      else return undefined
    }
    return undefined
  }

  /**
   * Starts one environment.
   * @param forInvocation repeats a failed init for this invocation alone.
   * @param isKept for no invocation, but to be kept ready
   */
  async #grow(forInvocation?: Invocation, isKept = false): Promise<void> {
    this.#starting += 1
    this.#atGate += 1
    if (isKept) this.#startingKept += 1
    if (forInvocation) this.#repeating.add(forInvocation)
    let atGate = true
    const leaveGate = () => {
      if (atGate) this.#atGate -= 1
      atGate = false
    }
    let release: (() => void) | undefined
    try {
      release = await this.#parts.gate.enter()
      const prepared = await this.#prepareOrTell()
      if (!this.#isStillWanted(forInvocation, isKept)) return
      leaveGate()
      if (!isKept) this.#parts.onColdStart()
      await this.#start(prepared, forInvocation, isKept)
    } catch (error) {
      const invocation = forInvocation ?? (isKept ? undefined : this.#waiting.shift())
      const refusal = startFailure(error)
      invocation?.refuse(refusal)
      if (isKept) this.#provisioned.onFailed(refusal.message)
    } finally {
      leaveGate()
      release?.()
      this.#starting -= 1
      if (isKept) this.#startingKept -= 1
      if (forInvocation) this.#repeating.delete(forInvocation)
      this.#serve()
      this.#leaveIfEmpty()
    }
  }

  /** Asked once it is its turn to start. */
  #isStillWanted(forInvocation: Invocation | undefined, isKept: boolean): boolean {
    if (forInvocation) return !forInvocation.answered
    // It is counted already.
    if (isKept) return this.#provisioned.wanted >= this.environments
    return this.#waiting.length > 0 && !this.#patience.isCrowded(this.#working - 1)
  }

  async #prepareOrTell(): Promise<Prepared> {
    try {
      return await this.prepare()
    } catch (error) {
      const { functionArn } = this.version
      this.#parts.log.error({ function: functionArn, error }, 'cannot prepare a function')
      throw error
    }
  }

  /** Resolves when the runtime is ready, or is known never to be. */
  #start(
    { image, files }: Prepared,
    repeatingFor: Invocation | undefined,
    isKept: boolean,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      let finishing = 0
      const noLongerFinishing = () => {
        this.#finishing -= finishing
        finishing = 0
      }
      const owner: EnvironmentOwner = {
        onAnswered: () => {
          finishing += 1
          this.onAnswered()
        },
        onIdle: (ready, durationMs) => {
          resolve()
          noLongerFinishing()
          if (isKept) this.#onKeptReady(ready)
          if (repeatingFor && !repeatingFor.answered && ready.initDurationMs !== undefined) {
            ready.run(repeatingFor)
          } else {
            this.onIdle(ready, durationMs)
          }
        },
        onInitFailed: (failed, failure) => {
          resolve()
          if (isKept) this.#provisioned.onFailed(failure.message)
          else this.onInitFailed(failed, failure)
        },
        onEnded: (gone) => {
          resolve()
          noLongerFinishing()
          this.onEnded(gone)
        },
      }
      const environment = new ExecutionEnvironment(
        {
          ...this.#parts.environment,
          image,
          files: files.mounts,
          version: this.version,
          openLog: (stream) => this.#parts.openLog(this.version, stream),
          owner,
          initializationType: isKept ? 'provisioned-concurrency' : 'on-demand',
        },
        repeatingFor,
      )
      this.#all.add(environment)
      environment.start().catch((error: unknown) => {
        this.#all.delete(environment)
        reject(error)
      })
    })
  }

  /** Its init was nobody's: no invocation is billed for it. */
  #onKeptReady(environment: ExecutionEnvironment): void {
    environment.initDurationMs = undefined
    this.#provisioned.onReady()
  }

  #leaveIfEmpty(): void {
    if (this.#retired !== undefined && this.#isEmpty) this.#onEmpty(this)
  }

  get #isEmpty(): boolean {
    return this.#all.size === 0 && this.#starting === 0 && this.#waiting.length === 0
  }
}

function startFailure(error: unknown): ServiceError {
  if (error instanceof ServiceError) return error
  const words = error instanceof Error ? error.message : String(error)
  return new ServiceError(
    'ServiceException',
    `The function's sandbox could not be started: ${words}`,
    {
      status: 500,
      cause: error,
    },
  )
}
