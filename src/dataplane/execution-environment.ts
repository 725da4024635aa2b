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
import type { Timer } from '../kernel/clock.ts'
import { randomHex } from '../kernel/ids.ts'
import type { RunnableVersion } from '../kernel/ports.ts'
import { streamDate } from '../kernel/time.ts'
import type { Sandbox, SandboxExit } from '../sandbox/sandbox.ts'
import type { EnvironmentParts } from './environment-parts.ts'
import { environmentVariables } from './environment-variables.ts'
import type { InitFailure } from './init-failure.ts'
import type { Invocation } from './invocation.ts'
import { describeExit, describeTimeout } from './describe-exit.ts'
import { EnvironmentPace } from './environment-pace.ts'
import { findEntrypoint } from './entrypoint.ts'
import { initTimeoutMs } from './limits.ts'
import { EnvironmentLog } from './logs/environment-log.ts'
import { ResponseStream } from './response-stream.ts'
import { RuntimeApi, type RuntimeEvents } from './runtime-api.ts'
import { type EndReason, endReasons } from './sandbox-ends.ts'
import type { StartedSandbox } from './sandbox-pool.ts'

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
  /** So many it was given. */
  invocations = 0
  /** The time its start took, until an invocation has reported it. */
  initDurationMs: number | undefined
  readonly #parts: EnvironmentParts
  readonly #api: RuntimeApi
  readonly #log: EnvironmentLog
  readonly #logStream: string
  /** Set when the init phase is repeated inside an invocation: the function's own timeout rules then. */
  readonly #repeatingFor: Invocation | undefined
  #phase: Phase = starting
  #sandbox: Sandbox | undefined
  /** Set when it has ended. */
  #endReason: EndReason | undefined
  #timer: Timer | undefined
  #stream: ResponseStream | undefined
  /** Invocations that are over, but whose END and REPORT wait to be written: START of the next comes after. */
  #closingLines = 0
  readonly #pace: EnvironmentPace

  constructor(parts: EnvironmentParts, repeatingFor?: Invocation) {
    this.version = parts.version
    this.#parts = parts
    this.#repeatingFor = repeatingFor
    this.#api = new RuntimeApi(this)
    this.#pace = new EnvironmentPace(parts.favours, parts.version.memoryMb)
    this.#logStream = `${streamDate(parts.clock.nowMs())}/[${parts.version.version}]${randomHex(32)}`
    const writer = parts.openLog(this.#logStream)
    this.#log = new EnvironmentLog(writer, parts.version, parts.clock, parts.logDrops)
  }

  get phase(): Phase['at'] {
    return this.#phase.at
  }

  /**
   * Makes the sandbox and starts the runtime in it; `onIdle` or `onInitFailed` tells how it went.
   * @throws SandboxStartError when the host cannot make a sandbox.
   */
  async start(): Promise<void> {
    const { image, files, clock } = this.#parts
    this.startedMs = clock.monotonicMs()
    if (this.#repeatingFor) this.#log.beginInvocation(this.#repeatingFor)
    const entrypoint = await findEntrypoint(image, files)
    if (this.#endReason !== undefined) return this.#tellEnd(this.#endReason)
    if ('failure' in entrypoint) return this.#failInit(entrypoint.failure, 'init-error')
    const started = await this.#startSandbox(entrypoint.command)
    if (started) this.#begin(started)
  }

  /** Undefined when it failed and the environment had ended meanwhile, as its owner knows. */
  async #startSandbox(command: readonly string[]): Promise<StartedSandbox | undefined> {
    const { version, image, sandboxes, files } = this.#parts
    try {
      return await sandboxes.start({
        version,
        image,
        command: [...command, ...image.command(version)],
        env: environmentVariables(
          version,
          image,
          this.#logStream,
          this.#parts.access(version),
          this.#parts.initializationType,
        ),
        files,
      })
    } catch (error) {
      if (this.#endReason !== undefined) {
        this.#tellEnd(this.#endReason)
        return undefined
      }
      this.#phase = ended
      this.#tellEnd('failed-to-start', error instanceof Error ? error.message : String(error))
      throw error
    }
  }

  #begin({ sandbox, assignment }: StartedSandbox): void {
    const { version, image, clock } = this.#parts
    this.#sandbox = sandbox
    if (this.#endReason !== undefined) {
      this.#tellEnd(this.#endReason)
      void this.#destroy(this.#endReason)
      return
    }
    this.#api.assignment = assignment
    this.#phase = initializing
    this.#pace.begin(sandbox, this.startedMs)
    if (!this.#repeatingFor) this.#log.platform.initStart(image)
    this.#log.read(sandbox.stdout)
    this.#log.read(sandbox.stderr)
    // What the process said before it ended may still lie unread in its connection.
    void sandbox.exited.then((exit) => this.#parts.afterReads.defer(() => this.#onExit(exit)))
    sandbox.onConnection((connection) => this.#api.attach(connection))
    const limitMs = this.#repeatingFor ? version.timeoutMs : initTimeoutMs
    this.#timer = clock.after(limitMs, () => this.#onInitTimeout(limitMs))
  }

  /** Hands an invocation to the waiting runtime; what that writes is read later than START is logged. */
  run(invocation: Invocation): void {
    assert(this.#phase.at === 'idle', `an environment that is ${this.#phase.at} got an invocation`)
    const { clock, version } = this.#parts
    const nowMs = clock.nowMs()
    this.#phase = { at: 'busy', invocation }
    this.invocations += 1
    this.#pace.endRest()
    invocation.startedMs = clock.monotonicMs()
    // A repeated init has used up part of the function's time.
    const spentMs = this.#takeRepeatedInit(invocation)
    invocation.deadlineMs = nowMs + version.timeoutMs - spentMs
    if (this.initDurationMs !== undefined) {
      invocation.initDurationMs = this.initDurationMs
      this.initDurationMs = undefined
    }
    if (!this.#timer) this.#armTimeout(version.timeoutMs - spentMs)
    this.#api.deliver(invocation.event())
    if (this.#closingLines === 0) this.#logStart(invocation, nowMs)
    else this.#parts.afterReads.defer(() => this.#logStart(invocation, nowMs))
  }

  /** Called about once a second. */
  rest(nowMs: number): void {
    if (this.#phase.at === 'idle') this.#pace.deepenRest(nowMs - this.idleSinceMs)
  }

  /** Ends it now; an invocation it is busy with fails. Idempotent. Resolves when nothing is left. */
  async end(reason: EndReason, detail?: string): Promise<void> {
    const phase = this.#phase
    if (phase.at === 'ended') return await this.#destroy(reason)
    this.#stopServing()
    if (phase.at === 'busy') {
      const message = `The environment ${endReasons[reason]}.`
      phase.invocation.failAsPlatform('error', 'Sandbox.Failure', message)
      // Also of one that is answered: the caller may wait for its log.
      this.#finish(phase.invocation)
    }
    // `start` tells of it when it knows whether there is a sandbox.
    if (phase.at === 'starting') this.#endReason = reason
    await this.#leave(reason, detail)
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
    const startedMs = phase.at === 'busy' ? phase.invocation.startedMs : undefined
    owner.onIdle(this, startedMs === undefined ? undefined : this.idleSinceMs - startedMs)
  }

  onResponse(body: Buffer | undefined, length: number): void {
    if (this.#phase.at !== 'busy') return
    const { invocation } = this.#phase
    if (body !== undefined) invocation.succeed(body)
    else invocation.failTooLarge(length)
    this.#parts.owner.onAnswered()
  }

  onStreamStart(contentType: string | undefined): void {
    if (this.#phase.at !== 'busy') return
    this.#stream = new ResponseStream(this.#phase.invocation, contentType)
  }

  onStreamChunk(chunk: Buffer): Promise<void> | undefined {
    return this.#stream?.push(chunk)
  }

  onStreamEnd(errorType: string | undefined, errorBody: Buffer | undefined): void {
    if (this.#phase.at !== 'busy') return
    if (errorType === undefined) this.#stream?.settle()
    else this.#phase.invocation.fail('failure', errorType, errorBody ?? Buffer.alloc(0))
    this.#stream = undefined
    this.#parts.owner.onAnswered()
  }

  onInvocationError(errorType: string, body: Buffer): void {
    if (this.#phase.at !== 'busy') return
    this.#phase.invocation.fail('failure', errorType, body)
    this.#parts.owner.onAnswered()
  }

  onInitError(errorType: string, payload: Buffer): void {
    if (this.#phase.at !== 'initializing') return
    this.#failInit({ status: 'error', errorType, payload, message: errorType }, 'init-error')
  }

  onBrokenResponse(errorType: string): void {
    if (this.#phase.at !== 'busy') return
    this.#phase.invocation.failAsPlatform('error', errorType, 'the runtime broke off its answer')
  }

  #logStart(invocation: Invocation, nowMs: number): void {
    // The tail of an invocation that repeated the init has the init's lines already.
    if (this.#repeatingFor !== invocation) this.#log.beginInvocation(invocation)
    this.#log.platform.start(invocation, nowMs)
  }

  /** The share of the function's time that a repeated init took: it is not reported as one. */
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
    const message = describeTimeout(this.version.timeoutMs)
    if (!invocation.answered) invocation.failAsPlatform('timeout', 'Sandbox.Timedout', message)
    invocation.status = 'timeout'
    this.#endBusy(invocation, message, 'timeout')
  }

  #onInitTimeout(limitMs: number): void {
    if (this.#phase.at !== 'initializing') return
    const told = { errorType: 'Sandbox.Timedout', message: describeTimeout(limitMs) }
    this.#failInit({ status: 'timeout', payload: undefined, ...told }, 'init-timeout')
  }

  #onExit(exit: SandboxExit): void {
    const phase = this.#phase
    if (phase.at === 'ended') return
    const message = describeExit(exit)
    const errorType = 'Runtime.ExitError'
    // Something about the sandbox failed, and it was destroyed: its process did not end for a reason of its own.
    const failed = this.#sandbox?.endReason
    const reason = failed !== undefined ? 'sandbox-error' : exit.outOfMemory ? 'oom' : undefined
    const detail = failed ?? message
    if (phase.at === 'initializing') {
      const failure: InitFailure = { status: 'error', errorType, payload: undefined, message }
      this.#failInit(failure, reason ?? 'init-error', detail)
    } else if (phase.at === 'busy') {
      const { invocation } = phase
      // Managed runtimes tell an uncaught exception first and exit then: the caller keeps what was told.
      if (!invocation.answered) invocation.failAsPlatform('error', errorType, message)
      invocation.status = 'error'
      // The log tells how the process ended, whatever it had told about the invocation.
      invocation.errorType = errorType
      this.#endBusy(invocation, message, reason ?? 'crash', detail)
    } else {
      void this.end(reason ?? 'crash', detail)
    }
  }

  /** The environment cannot go on after this invocation. */
  #endBusy(invocation: Invocation, message: string, reason: EndReason, detail = message): void {
    this.#stopServing()
    this.#finish(invocation, message)
    void this.#leave(reason, detail)
    this.#parts.afterReads.defer(() => this.#log.close())
  }

  #failInit(failure: InitFailure, reason: EndReason, detail = failure.message): void {
    this.#stopServing()
    const durationMs = this.#parts.clock.monotonicMs() - this.startedMs
    const phase = this.#repeatingFor ? 'invoke' : 'init'
    this.#parts.afterReads.defer(() => {
      this.#log.flush()
      const { status } = failure
      const errorType = status === 'timeout' ? undefined : failure.errorType
      this.#log.platform.initReport({ durationMs, phase, status, errorType })
      const invocation = this.#repeatingFor
      if (invocation) this.#reportFailedInit(invocation, failure, durationMs)
      this.#log.close()
    })
    void this.#leave(reason, detail)
    if (!this.#repeatingFor) this.#parts.owner.onInitFailed(this, failure)
  }

  #stopServing(): void {
    this.#phase = ended
    this.#pace.end()
    this.#timer?.cancel()
    this.#api.close()
  }

  /** Resolves when nothing is left of it. */
  async #leave(reason: EndReason, detail: string | undefined): Promise<void> {
    if (this.#endReason === undefined) this.#tellEnd(reason, detail)
    this.#parts.owner.onEnded(this)
    await this.#destroy(reason)
  }

  #tellEnd(reason: EndReason, detail?: string): void {
    this.#endReason = reason
    const { ends, version } = this.#parts
    ends.tell({ reason, sandbox: this.#sandbox?.id, function: version.functionArn, detail })
  }

  /** What cannot be removed is in the log, and is removed with the server. */
  async #destroy(reason: EndReason): Promise<void> {
    await this.#sandbox?.destroy(reason).catch(() => undefined)
  }

  /** The init was repeated for this invocation and failed again: that is its answer. */
  #reportFailedInit(invocation: Invocation, failure: InitFailure, durationMs: number): void {
    this.#logStart(invocation, this.#parts.clock.nowMs())
    if (failure.payload) invocation.fail('error', failure.errorType, failure.payload)
    else invocation.failAsPlatform(failure.status, failure.errorType, failure.message)
    if (failure.payload === undefined) this.#log.platform.fault(invocation, failure.message)
    this.#report(invocation, durationMs)
  }

  /** @param fault what the log says when the environment broke under the invocation. */
  #finish(invocation: Invocation, fault?: string): void {
    const nowMs = this.#parts.clock.monotonicMs()
    const durationMs = nowMs - invocation.startedMs
    this.#closingLines += 1
    this.#parts.afterReads.defer(() => {
      this.#closingLines -= 1
      this.#log.flush()
      if (fault !== undefined) this.#log.platform.fault(invocation, fault)
      this.#report(invocation, durationMs)
      this.#pace.onFinished(nowMs)
    })
  }

  #report(invocation: Invocation, durationMs: number): void {
    const peakBytes = this.#sandbox?.peakMemoryBytes() ?? 0
    this.#log.platform.end(invocation, {
      durationMs,
      billedDurationMs: Math.ceil(durationMs + (invocation.initDurationMs ?? 0)),
      maxMemoryUsedMb: Math.min(this.version.memoryMb, Math.ceil(peakBytes / 1048576)),
    })
    invocation.finish(this.#log.endInvocation())
  }
}
