/**
 * One execution environment: a sandbox, the runtime in it, and the invocation it is busy with.
 *
 * What it is not: it does not choose invocations; its pool hands them over and is told when it is free.
 * Invariant: an invocation it was given is answered exactly once, even when everything in the sandbox dies.
 * Called by: environment-pool.ts. Read next: runtime-api.ts (what the runtime says), logs/ (what it writes).
 *
 *   starting -> initializing -> idle <-> busy -> ended        (any state -> ended)
 */
import { Buffer } from 'node:buffer'
import { assert } from '../kernel/assert.ts'
import type { Clock, Timer } from '../kernel/clock.ts'
import { randomHex } from '../kernel/ids.ts'
import type { LogWriter, RunnableVersion, RuntimeImage } from '../kernel/ports.ts'
import { streamDate } from '../kernel/time.ts'
import type { Sandbox, SandboxExit } from '../sandbox/sandbox.ts'
import { type OwnAccess, environmentVariables } from './environment-variables.ts'
import type { InitFailure } from './init-failure.ts'
import type { Invocation } from './invocation.ts'
import { describeExit } from './describe-exit.ts'
import { EnvironmentRest } from './environment-rest.ts'
import { findEntrypoint } from './entrypoint.ts'
import { initTimeoutMs } from './limits.ts'
import { EnvironmentLog } from './logs/environment-log.ts'
import { type AfterReads, PlatformLog } from './logs/platform-log.ts'
import { ResponseStream } from './response-stream.ts'
import { RuntimeApi, type RuntimeEvents } from './runtime-api.ts'
import type { SandboxPool } from './sandbox-pool.ts'

/** What an environment tells its pool. */
export interface EnvironmentOwner {
  /** Its invocation is answered: unless the runtime goes on with something, it is free in a moment. */
  onAnswered(): void
  /** It can take an invocation now. */
  onIdle(environment: ExecutionEnvironment): void
  /** It never became ready; it is ended already. */
  onInitFailed(environment: ExecutionEnvironment, failure: InitFailure): void
  /** It is gone; it will call nothing any more. */
  onEnded(environment: ExecutionEnvironment, reason: string): void
}

export interface EnvironmentParts {
  readonly version: RunnableVersion
  readonly image: RuntimeImage
  readonly codeDirectory: string
  readonly sandboxes: SandboxPool
  readonly access: (version: RunnableVersion) => OwnAccess
  readonly clock: Clock
  readonly afterReads: AfterReads
  readonly openLog: (stream: string) => LogWriter
  readonly owner: EnvironmentOwner
}

type Phase =
  | { readonly at: 'starting' }
  | { readonly at: 'initializing' }
  | { readonly at: 'idle' }
  | { readonly at: 'busy'; readonly invocation: Invocation }
  | { readonly at: 'ended' }

const starting: Phase = { at: 'starting' }
const initializing: Phase = { at: 'initializing' }
const idle: Phase = { at: 'idle' }
const ended: Phase = { at: 'ended' }

export class ExecutionEnvironment implements RuntimeEvents {
  readonly version: RunnableVersion
  /** Monotonic ms since when it is idle. */
  idleSinceMs = 0
  /** Monotonic ms of its start. */
  startedMs = 0
  /** The time its start took, until an invocation has reported it. */
  initDurationMs: number | undefined
  readonly #parts: EnvironmentParts
  readonly #api: RuntimeApi
  readonly #log: EnvironmentLog
  readonly #platform: PlatformLog
  readonly #logStream: string
  /** Set when the init phase is repeated inside an invocation: the function's own timeout rules then. */
  readonly #repeatingFor: Invocation | undefined
  #phase: Phase = starting
  #sandbox: Sandbox | undefined
  #timer: Timer | undefined
  #stream: ResponseStream | undefined
  /** Invocations that are over, but whose END and REPORT wait to be written: START of the next comes after. */
  #closingLines = 0
  readonly #rest = new EnvironmentRest()

  constructor(parts: EnvironmentParts, repeatingFor?: Invocation, logStream?: string) {
    this.version = parts.version
    this.#parts = parts
    this.#repeatingFor = repeatingFor
    this.#api = new RuntimeApi(this)
    this.#logStream =
      logStream ?? `${streamDate(parts.clock.nowMs())}/[${parts.version.version}]${randomHex(32)}`
    this.#log = new EnvironmentLog(parts.openLog(this.#logStream), parts.version, parts.clock)
    this.#platform = new PlatformLog(parts.version, this.#log, parts.clock)
  }

  get phase(): Phase['at'] {
    return this.#phase.at
  }

  /** A repeated init goes on in the same log stream. */
  get logStream(): string {
    return this.#logStream
  }

  /**
   * Makes the sandbox and starts the runtime in it; `onIdle` or `onInitFailed` tells how it went.
   * @throws SandboxStartError when the host cannot make a sandbox.
   */
  async start(): Promise<void> {
    const { version, image, sandboxes, clock } = this.#parts
    this.startedMs = clock.monotonicMs()
    if (this.#repeatingFor) this.#log.beginInvocation(this.#repeatingFor)
    const entrypoint = await findEntrypoint(image, this.#parts.codeDirectory)
    if ('failure' in entrypoint) {
      this.#failInit(entrypoint.failure)
      return
    }
    const { sandbox, assignment } = await sandboxes.start({
      version,
      image,
      command: [...entrypoint.command, ...image.command(version)],
      env: environmentVariables(version, image, this.#logStream, this.#parts.access(version)),
      codeDirectory: this.#parts.codeDirectory,
    })
    this.#sandbox = sandbox
    this.#api.assignment = assignment
    if (this.#phase.at === 'ended') {
      await sandbox.destroy('ended while starting')
      return
    }
    this.#phase = initializing
    if (!this.#repeatingFor) this.#platform.initStart(image)
    this.#log.read(sandbox.stdout)
    this.#log.read(sandbox.stderr)
    // What the process said before it ended may still lie unread in its connection.
    void sandbox.exited.then((exit) => this.#parts.afterReads.defer(() => this.#onExit(exit)))
    sandbox.onConnection((connection) => this.#api.attach(connection))
    const limitMs = this.#repeatingFor ? version.timeoutMs : initTimeoutMs
    this.#timer = clock.after(limitMs, () => this.#onInitTimeout(limitMs))
  }

  /** Hands an invocation to the waiting runtime. */
  run(invocation: Invocation): void {
    assert(this.#phase.at === 'idle', `an environment that is ${this.#phase.at} got an invocation`)
    const { clock, version } = this.#parts
    const { request } = invocation
    const nowMs = clock.nowMs()
    this.#phase = { at: 'busy', invocation }
    this.#rest.end(this.#sandbox)
    invocation.startedMs = clock.monotonicMs()
    // A repeated init has used up part of the function's time.
    const spentMs = this.#takeRepeatedInit(invocation)
    invocation.deadlineMs = nowMs + version.timeoutMs - spentMs
    if (this.initDurationMs !== undefined) {
      invocation.initDurationMs = this.initDurationMs
      this.initDurationMs = undefined
    }
    if (!this.#timer) this.#armTimeout(version.timeoutMs - spentMs)
    if (this.#closingLines === 0) this.#logStart(invocation, nowMs)
    else this.#parts.afterReads.defer(() => this.#logStart(invocation, nowMs))
    this.#api.deliver({
      requestId: request.requestId,
      invocationId: invocation.invocationId,
      deadlineMs: invocation.deadlineMs,
      invokedArn: request.invokedArn,
      traceId: request.traceId,
      clientContext: request.clientContext,
      payload: request.payload,
    })
  }

  /** Called about once a second. */
  rest(nowMs: number): void {
    if (this.#phase.at !== 'idle' || !this.#sandbox) return
    this.#rest.deepen(this.#sandbox, nowMs - this.idleSinceMs)
  }

  /** Ends it now; an invocation it is busy with fails. Idempotent. Resolves when nothing is left. */
  async end(reason: string): Promise<void> {
    if (this.#phase.at === 'ended') {
      await this.#sandbox?.destroy(reason)
      return
    }
    const phase = this.#phase
    this.#phase = ended
    this.#timer?.cancel()
    this.#api.close()
    if (phase.at === 'busy') {
      phase.invocation.failAsPlatform('error', 'Sandbox.Failure', reason)
      // Also of one that is answered: the caller may wait for its log.
      this.#finish(phase.invocation)
    }
    this.#parts.owner.onEnded(this, reason)
    await this.#sandbox?.destroy(reason)
    this.#parts.afterReads.defer(() => this.#log.close())
  }

  onNext(): void {
    const phase = this.#phase
    const { clock, owner } = this.#parts
    if (phase.at === 'initializing') {
      this.#timer?.cancel()
      this.#timer = undefined
      this.initDurationMs = clock.monotonicMs() - this.startedMs
    } else if (phase.at === 'busy') {
      this.#finish(phase.invocation)
    } else {
      return
    }
    this.#phase = idle
    this.idleSinceMs = clock.monotonicMs()
    owner.onIdle(this)
  }

  onResponse(body: Buffer | undefined, length: number): void {
    if (this.#phase.at !== 'busy') return
    const { invocation } = this.#phase
    if (body !== undefined) invocation.succeed(body)
    else invocation.failTooLarge(length)
    this.#parts.owner.onAnswered()
  }

  onStreamStart(): void {
    this.#stream = new ResponseStream()
  }

  onStreamChunk(chunk: Buffer): void {
    this.#stream?.push(chunk)
  }

  onStreamEnd(errorType: string | undefined, errorBody: Buffer | undefined): void {
    if (this.#phase.at !== 'busy') return
    const { invocation } = this.#phase
    if (errorType !== undefined) {
      invocation.fail('failure', errorType, errorBody ?? Buffer.alloc(0))
    } else {
      this.#stream?.settle(invocation)
    }
    this.#stream = undefined
    this.#parts.owner.onAnswered()
  }

  onInvocationError(errorType: string, body: Buffer): void {
    if (this.#phase.at !== 'busy') return
    this.#phase.invocation.fail('failure', errorType, body)
    this.#parts.owner.onAnswered()
  }

  onInitError(errorType: string, body: Buffer): void {
    if (this.#phase.at !== 'initializing') return
    this.#failInit({ status: 'error', errorType, payload: body, message: errorType })
  }

  onBrokenResponse(errorType: string): void {
    if (this.#phase.at !== 'busy') return
    const message = 'the runtime broke off its answer'
    this.#phase.invocation.failAsPlatform('error', errorType, message)
  }

  #logStart(invocation: Invocation, nowMs: number): void {
    // The tail of an invocation that repeated the init has the init's lines already.
    if (this.#repeatingFor !== invocation) this.#log.beginInvocation(invocation)
    this.#platform.start(invocation, nowMs)
  }

  /** The share of the function's time that a repeated init took. Such an init is not reported as one. */
  #takeRepeatedInit(invocation: Invocation): number {
    if (this.#repeatingFor !== invocation) return 0
    const spentMs = this.initDurationMs ?? 0
    this.initDurationMs = undefined
    invocation.startedMs -= spentMs
    return spentMs
  }

  /**
   * One timer serves all invocations: it is not cancelled when one ends in time, but looks at its end whether
   * the invocation of that moment has used up its own.
   */
  #armTimeout(delayMs: number): void {
    this.#timer = this.#parts.clock.after(delayMs, () => {
      this.#timer = undefined
      if (this.#phase.at !== 'busy') return
      const remainingMs = this.#phase.invocation.deadlineMs - this.#parts.clock.nowMs()
      if (remainingMs > 0) this.#armTimeout(remainingMs)
      else this.#onTimeout(this.#phase.invocation)
    })
  }

  #onTimeout(invocation: Invocation): void {
    const message = `Task timed out after ${(this.version.timeoutMs / 1000).toFixed(2)} seconds`
    if (!invocation.answered) invocation.failAsPlatform('timeout', 'Sandbox.Timedout', message)
    invocation.status = 'timeout'
    this.#endBusy(invocation, message, message)
  }

  #onInitTimeout(limitMs: number): void {
    if (this.#phase.at !== 'initializing') return
    const seconds = (limitMs / 1000).toFixed(2)
    const message = `Task timed out after ${seconds} seconds`
    this.#failInit({
      status: 'timeout',
      errorType: 'Sandbox.Timedout',
      payload: undefined,
      message,
    })
  }

  #onExit(exit: SandboxExit): void {
    const phase = this.#phase
    if (phase.at === 'ended') return
    const message = describeExit(exit)
    const errorType = 'Runtime.ExitError'
    if (phase.at === 'initializing') {
      this.#failInit({ status: 'error', errorType, payload: undefined, message })
    } else if (phase.at === 'busy') {
      const { invocation } = phase
      // Managed runtimes tell an uncaught exception first and exit then: the caller keeps what was told.
      if (!invocation.answered) invocation.failAsPlatform('error', errorType, message)
      invocation.status = 'error'
      // The log tells how the process ended, whatever it had told about the invocation.
      invocation.errorType = errorType
      this.#endBusy(invocation, message, exit.outOfMemory ? 'out of memory' : message)
    } else {
      void this.end(message)
    }
  }

  /** The environment cannot go on after this invocation. */
  #endBusy(invocation: Invocation, message: string, reason: string): void {
    this.#phase = ended
    this.#timer?.cancel()
    this.#api.close()
    this.#finish(invocation, message)
    this.#parts.owner.onEnded(this, reason)
    void this.#sandbox?.destroy(reason)
    this.#parts.afterReads.defer(() => this.#log.close())
  }

  #failInit(failure: InitFailure): void {
    this.#phase = ended
    this.#timer?.cancel()
    this.#api.close()
    const durationMs = this.#parts.clock.monotonicMs() - this.startedMs
    const reason = `init failed: ${failure.message}`
    const phase = this.#repeatingFor ? 'invoke' : 'init'
    this.#parts.afterReads.defer(() => {
      this.#log.flush()
      const { status, errorType } = failure
      const type = status === 'timeout' ? undefined : errorType
      this.#platform.initReport({ durationMs, phase, status, errorType: type })
      const invocation = this.#repeatingFor
      if (invocation) this.#reportFailedInit(invocation, failure, durationMs)
      this.#log.close()
    })
    const { owner } = this.#parts
    owner.onEnded(this, reason)
    void this.#sandbox?.destroy(reason)
    if (!this.#repeatingFor) owner.onInitFailed(this, failure)
  }

  /** The init was repeated for this invocation and failed again: that is its answer. */
  #reportFailedInit(invocation: Invocation, failure: InitFailure, durationMs: number): void {
    this.#logStart(invocation, this.#parts.clock.nowMs())
    if (failure.payload) invocation.fail('error', failure.errorType, failure.payload)
    else invocation.failAsPlatform(failure.status, failure.errorType, failure.message)
    if (failure.payload === undefined) this.#platform.fault(invocation, failure.message)
    this.#report(invocation, durationMs)
  }

  /** @param fault what the log says when the environment broke under the invocation. */
  #finish(invocation: Invocation, fault?: string): void {
    const durationMs = this.#parts.clock.monotonicMs() - invocation.startedMs
    this.#closingLines += 1
    this.#parts.afterReads.defer(() => {
      this.#closingLines -= 1
      this.#log.flush()
      if (fault !== undefined) this.#platform.fault(invocation, fault)
      this.#report(invocation, durationMs)
    })
  }

  #report(invocation: Invocation, durationMs: number): void {
    const peakBytes = this.#sandbox?.peakMemoryBytes() ?? 0
    this.#platform.end(invocation, {
      durationMs,
      billedDurationMs: Math.ceil(durationMs + (invocation.initDurationMs ?? 0)),
      maxMemoryUsedMb: Math.min(this.version.memoryMb, Math.ceil(peakBytes / 1048576)),
    })
    invocation.finish(this.#log.endInvocation())
  }
}
