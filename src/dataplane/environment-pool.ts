/**
 * The execution environments of one revision of one function version: who is idle, who waits, when to grow.
 *
 * Invariants: an environment serves this revision alone; every invocation that comes in is answered exactly
 * once; there are never more environments starting than invocations waiting for one.
 * Called by: dataplane.ts. Read next: execution-environment.ts.
 */
import { ServiceError } from '../kernel/errors.ts'
import type { Log } from '../kernel/log.ts'
import type { RunnableVersion, RuntimeImage } from '../kernel/ports.ts'
import {
  type EnvironmentOwner,
  type EnvironmentParts,
  ExecutionEnvironment,
} from './execution-environment.ts'
import type { InitFailure } from './init-failure.ts'
import type { Invocation } from './invocation.ts'
import { lifeMaxMs } from './limits.ts'
import type { StartGate } from './start-gate.ts'

/** What a pool shares with all others. */
export interface PoolParts {
  readonly environment: Omit<
    EnvironmentParts,
    'version' | 'image' | 'codeDirectory' | 'owner' | 'openLog'
  >
  readonly openLog: (
    version: RunnableVersion,
    stream: string,
  ) => ReturnType<EnvironmentParts['openLog']>
  readonly gate: StartGate
  readonly log: Log
  /** Fetches what the version needs; called once a pool. */
  readonly prepare: (
    version: RunnableVersion,
  ) => Promise<{ image: RuntimeImage; codeDirectory: string }>
}

/**
 * A runtime that has answered asks for the next event in a moment, in a request of its own: waiting that long is
 * cheaper than another environment for a client that calls in sequence. One that works on is not waited for.
 */
const patienceMs = 5

export class EnvironmentPool implements EnvironmentOwner {
  readonly version: RunnableVersion
  readonly #parts: PoolParts
  readonly #all = new Set<ExecutionEnvironment>()
  /** The one used last is taken first: the others may rest until they expire. */
  readonly #idle: ExecutionEnvironment[] = []
  #waiting: Invocation[] = []
  /** Those whose init is repeated for them. */
  readonly #repeating = new Set<Invocation>()
  #starting = 0
  /** Environments whose invocation is answered and that have not asked for the next one yet. */
  #finishing = 0
  /** Those of `#starting` that have no environment yet. */
  #atGate = 0
  #retired: string | undefined
  #prepared: Promise<{ image: RuntimeImage; codeDirectory: string }> | undefined
  readonly #onEmpty: (pool: EnvironmentPool) => void

  constructor(
    version: RunnableVersion,
    parts: PoolParts,
    onEmpty: (pool: EnvironmentPool) => void,
  ) {
    this.version = version
    this.#parts = parts
    this.#onEmpty = onEmpty
  }

  /** Environments there are, ready or starting. */
  get environments(): number {
    return this.#all.size + this.#atGate
  }

  get hasIdle(): boolean {
    return this.#idle.length > 0
  }

  /** Whether it holds its code's directory. */
  get isPrepared(): boolean {
    return this.#prepared !== undefined
  }

  /** Fetches runtime and code; at most once, unless it failed. @throws PreparationError */
  prepare(): Promise<{ image: RuntimeImage; codeDirectory: string }> {
    this.#prepared ??= this.#parts.prepare(this.version).catch((error: unknown) => {
      this.#prepared = undefined
      throw error
    })
    return this.#prepared
  }

  /** The answer comes through the invocation's promise. */
  invoke(invocation: Invocation): void {
    const environment = this.#idle.pop()
    if (environment) {
      environment.run(invocation)
      return
    }
    this.#waiting.push(invocation)
    if (this.#finishing === 0) this.#growIfNeeded()
    else this.#parts.environment.clock.after(patienceMs, () => this.#growIfNeeded())
  }

  /** No environment outlives its present invocation any more. */
  retire(reason: string): void {
    this.#retired = reason
    for (const environment of this.#idle.splice(0)) void environment.end(reason)
    this.#leaveIfEmpty()
  }

  /** Puts to rest those that nobody uses. */
  rest(nowMs: number): void {
    for (const environment of this.#idle) environment.rest(nowMs)
  }

  /** Ends environments nobody has used since `idleSinceMs` (monotonic). */
  expire(idleSinceMs: number): void {
    const expired = this.#idle.filter((environment) => environment.idleSinceMs < idleSinceMs)
    for (const environment of expired) {
      this.#idle.splice(this.#idle.indexOf(environment), 1)
      void environment.end('idle for too long')
    }
  }

  /** Ends the environment that has been idle longest, to make room; false when none is idle. */
  evictOne(reason: string): boolean {
    const environment = this.#idle.shift()
    if (environment) void environment.end(reason)
    return environment !== undefined
  }

  /** Monotonic ms since when its longest idle environment rests; undefined when none does. */
  get idleSinceMs(): number | undefined {
    return this.#idle[0]?.idleSinceMs
  }

  /** Ends everything at once. */
  async end(reason: string): Promise<void> {
    this.#retired = reason
    const refusal = new ServiceError('ServiceException', `The function cannot run: ${reason}.`, {
      status: 500,
    })
    const unserved = [...this.#waiting.splice(0), ...this.#repeating]
    for (const invocation of unserved) invocation.refuse(refusal)
    this.#idle.length = 0
    await Promise.all([...this.#all].map((environment) => environment.end(reason)))
  }

  onAnswered(): void {
    this.#finishing += 1
  }

  onIdle(environment: ExecutionEnvironment): void {
    if (environment.idleSinceMs - environment.startedMs > lifeMaxMs) {
      void environment.end('has lived long enough')
      return
    }
    const next = this.#waiting.shift()
    if (next) environment.run(next)
    else if (this.#retired === undefined) this.#idle.push(environment)
    else void environment.end(this.#retired)
  }

  /** One invocation takes the failure upon itself: the init is repeated within its time, as on AWS. */
  onInitFailed(_environment: ExecutionEnvironment, _failure: InitFailure): void {
    const invocation = this.#waiting.shift()
    if (invocation) void this.#grow(invocation)
  }

  onEnded(environment: ExecutionEnvironment, reason: string): void {
    this.#all.delete(environment)
    const at = this.#idle.indexOf(environment)
    if (at >= 0) this.#idle.splice(at, 1)
    this.#parts.log.debug({ function: this.version.functionArn, reason }, 'environment ended')
    this.#growIfNeeded()
    this.#leaveIfEmpty()
  }

  #growIfNeeded(): void {
    while (this.#waiting.length > this.#starting) void this.#grow()
  }

  /** Starts one environment. @param forInvocation repeats a failed init for this invocation alone. */
  async #grow(forInvocation?: Invocation): Promise<void> {
    this.#starting += 1
    this.#atGate += 1
    if (forInvocation) this.#repeating.add(forInvocation)
    let atGate = true
    const leaveGate = () => {
      if (atGate) this.#atGate -= 1
      atGate = false
    }
    let release: (() => void) | undefined
    try {
      release = await this.#parts.gate.enter()
      const prepared = await this.prepare()
      if (forInvocation ? forInvocation.answered : this.#waiting.length === 0) return
      leaveGate()
      await this.#start(prepared, forInvocation)
    } catch (error) {
      this.#parts.log.error({ function: this.version.functionArn, error }, 'cannot start a sandbox')
      const invocation = forInvocation ?? this.#waiting.shift()
      invocation?.refuse(startFailure(error))
    } finally {
      leaveGate()
      release?.()
      this.#starting -= 1
      if (forInvocation) this.#repeating.delete(forInvocation)
      this.#leaveIfEmpty()
    }
  }

  /** Resolves when the runtime is ready, or is known never to be. */
  #start(
    prepared: { image: RuntimeImage; codeDirectory: string },
    repeatingFor: Invocation | undefined,
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
        onIdle: (ready) => {
          resolve()
          noLongerFinishing()
          if (repeatingFor && !repeatingFor.answered && ready.initDurationMs !== undefined) {
            ready.run(repeatingFor)
          } else {
            this.onIdle(ready)
          }
        },
        onInitFailed: (failed, failure) => {
          resolve()
          this.onInitFailed(failed, failure)
        },
        onEnded: (gone, reason) => {
          resolve()
          noLongerFinishing()
          this.onEnded(gone, reason)
        },
      }
      const environment = new ExecutionEnvironment(
        {
          ...this.#parts.environment,
          ...prepared,
          version: this.version,
          openLog: (stream) => this.#parts.openLog(this.version, stream),
          owner,
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

  #leaveIfEmpty(): void {
    const empty = this.#all.size === 0 && this.#starting === 0 && this.#waiting.length === 0
    if (this.#retired !== undefined && empty) this.#onEmpty(this)
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
