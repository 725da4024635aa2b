/**
 * Sandboxes made ahead of the functions that will run in them, so that nobody waits for a runtime to boot.
 *
 * A sandbox waits in one of two ways: its runtime has booted and asks for its function (`needsOwnStart` of the image),
 * or it holds a shell that becomes what it is told, for runtimes that cannot wait and for functions whose variables
 * must be there when the process starts. Sandboxes of one kind are alike: same files, memory and /tmp. What it is not:
 * it never takes a sandbox back. Invariant: a sandbox leaves the pool once, for one function version, for life.
 * Called by: execution-environment.ts, dataplane.ts. Its other halves: runtimes/node/assignment.cjs, sandbox/oci/slots.ts.
 */
import type { Clock, Timer } from '../kernel/clock.ts'
import { randomHex } from '../kernel/ids.ts'
import type { Counter } from '../kernel/metrics.ts'
import type { RunnableVersion, RuntimeImage } from '../kernel/ports.ts'
import { runtimeApiVariables } from '../sandbox/runtime-api.ts'
import type {
  ReadOnlyMount,
  Sandbox,
  SandboxBackend,
  SandboxId,
  SandboxSpec,
} from '../sandbox/sandbox.ts'
import { commonVariables } from './environment-variables.ts'
import { layersRoot, taskRoot } from './function-files.ts'
import {
  idleKindMs,
  poolSweepMs,
  refillDelayMs,
  refillPatienceMs,
  retryDelayMs,
  waitingBytesAtFirst,
  waitingMax,
  waitingMin,
} from './limits.ts'
import type { EndReason, SandboxEnds } from './sandbox-ends.ts'
import { shellCommand } from './shell-command.ts'

export interface SandboxPoolOptions {
  readonly backend: SandboxBackend
  readonly clock: Clock
  /** Memory that waiting sandboxes may use together; 0: none are made. */
  readonly budgetBytes: number
  readonly ends: SandboxEnds
  readonly coldStarts: Readonly<Record<'pool' | 'new', Counter>>
}

/** What an environment wants to run. */
export interface FunctionStart {
  readonly version: RunnableVersion
  readonly image: RuntimeImage
  /** Absolute path inside the sandbox, then arguments. */
  readonly command: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Its code, its layers. */
  readonly files: readonly ReadOnlyMount[]
}

export interface StartedSandbox {
  readonly sandbox: Sandbox
  /** What a runtime that has waited is told when it asks; undefined for one that was started with all of it. */
  readonly assignment: string | undefined
}

/** Sandboxes that are alike. */
interface Kind {
  readonly spec: Omit<SandboxSpec, 'id'>
  /** Oldest first. */
  readonly waiting: Sandbox[]
  /** So many are to wait. */
  wanted: number
  /** Taken, or asked for in vain, since the last sweep. */
  asked: number
  lastAskedMs: number
  /** Memory of one. */
  bytes: number
  failures: number
  /** Monotonic ms before which none is made, because the last one ended by itself. */
  retryAtMs: number
}

/** Where functions' directories appear. */
function slotsOf({ layerPackages }: RuntimeImage): readonly string[] {
  return [taskRoot, layersRoot, ...(layerPackages ? [layerPackages.target] : [])]
}

export class SandboxPool implements AsyncDisposable {
  readonly #options: SandboxPoolOptions
  readonly #kinds = new Map<string, Kind>()
  #sweeper: Timer
  #refillTimer: Timer | undefined
  #refilling = false
  /** The refill that runs, or the last one. */
  #refilled = Promise.resolve()
  /** Starts that somebody waits for: making sandboxes ahead must not slow them down. */
  #urgent = 0
  #ended = false

  constructor(options: SandboxPoolOptions) {
    this.#options = options
    this.#sweeper = options.clock.after(poolSweepMs, () => this.#sweep())
  }

  /** How many sandboxes wait. */
  get waiting(): number {
    let count = 0
    for (const kind of this.#kinds.values()) count += kind.waiting.length
    return count
  }

  /** A function of this kind may soon be invoked for the first time. */
  expect(version: RunnableVersion, image: RuntimeImage): void {
    const kind = this.#kindOf(version, image)
    if (!kind) return
    kind.wanted = Math.max(waitingMin, kind.wanted)
    kind.lastAskedMs = this.#options.clock.monotonicMs()
    this.#refillSoon()
  }

  /**
   * A sandbox in which the function's runtime starts: one that waited, or a new one.
   * @throws SandboxStartError
   */
  async start(start: FunctionStart): Promise<StartedSandbox> {
    const kind = this.#kindOf(start.version, start.image)
    this.#urgent += 1
    try {
      const { coldStarts } = this.#options
      const sandbox = kind && this.#take(kind)
      const assigned = sandbox && (await this.#assign(sandbox, start))
      const started = assigned ?? { sandbox: await this.#startOwn(start), assignment: undefined }
      coldStarts[assigned ? 'pool' : 'new'].value += 1
      return started
    } finally {
      this.#urgent -= 1
      if (kind) this.#refillSoon()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true
    this.#sweeper.cancel()
    this.#refillTimer?.cancel()
    const all = [...this.#kinds.values()].flatMap((kind) => kind.waiting.splice(0))
    const ends = all.map((sandbox) => this.#end(sandbox, 'shutdown'))
    await Promise.all([...ends, this.#refilled])
  }

  #take(kind: Kind): Sandbox | undefined {
    kind.asked += 1
    kind.wanted = Math.min(waitingMax, Math.max(waitingMin, kind.wanted, kind.asked))
    kind.lastAskedMs = this.#options.clock.monotonicMs()
    return kind.waiting.shift()
  }

  /** Undefined when it has ended while it waited. */
  async #assign(sandbox: Sandbox, start: FunctionStart): Promise<StartedSandbox | undefined> {
    const { version, image, command, env, files } = start
    try {
      if (canWaitBooted(version, image)) {
        await sandbox.assign(files)
        return { sandbox, assignment: JSON.stringify({ env }) }
      }
      const whole = { ...env, ...runtimeApiVariables(sandbox.runtimeApi) }
      await sandbox.assign(files, shellCommand(command, whole, taskRoot))
      return { sandbox, assignment: undefined }
    } catch (error) {
      void this.#end(sandbox, 'failed-to-assign', (error as Error).message)
      return undefined
    }
  }

  #startOwn({ version, image, command, env, files }: FunctionStart): Promise<Sandbox> {
    return this.#options.backend.start({
      id: newId(),
      command,
      env,
      workingDirectory: taskRoot,
      mounts: [...image.mounts, ...files],
      memoryMb: version.memoryMb,
      tmpMb: version.tmpMb,
      runtimeApi: image.runtimeApi,
    })
  }

  /** Undefined where none may wait. */
  #kindOf(version: RunnableVersion, image: RuntimeImage): Kind | undefined {
    if (!this.#options.backend.canWait || this.#options.budgetBytes === 0) return undefined
    const booted = canWaitBooted(version, image)
    const { memoryMb, tmpMb } = version
    const files = image.mounts.map(({ source, target }) => `${source}:${target}`)
    const key = [booted, image.runtimeApi, memoryMb, tmpMb, ...files].join('|')
    let kind = this.#kinds.get(key)
    if (!kind) {
      kind = {
        spec: waitingSpec(version, image, booted),
        waiting: [],
        wanted: waitingMin,
        asked: 0,
        lastAskedMs: this.#options.clock.monotonicMs(),
        bytes: booted ? waitingBytesAtFirst.booted : waitingBytesAtFirst.empty,
        failures: 0,
        retryAtMs: 0,
      }
      this.#kinds.set(key, kind)
    }
    return kind
  }

  /** A moment later, so that what has just been taken gets to work first. */
  #refillSoon(sinceMs = this.#options.clock.monotonicMs()): void {
    if (this.#ended || this.#refilling || this.#refillTimer) return
    const { clock } = this.#options
    this.#refillTimer = clock.after(refillDelayMs, () => {
      this.#refillTimer = undefined
      const patient = clock.monotonicMs() - sinceMs < refillPatienceMs
      if (this.#urgent > 0 && patient) this.#refillSoon(sinceMs)
      else this.#refilled = this.#refill()
    })
  }

  /** One after the other: each is a moment's work for the main thread and for a processor. */
  async #refill(): Promise<void> {
    this.#refilling = true
    try {
      for (let kind = this.#nextToFill(); kind && !this.#ended; kind = this.#nextToFill()) {
        if (!this.#makeRoom(kind)) break
        await this.#makeOne(kind)
      }
    } finally {
      this.#refilling = false
    }
  }

  /** Of those that lack some, the one that was asked for last. */
  #nextToFill(): Kind | undefined {
    const nowMs = this.#options.clock.monotonicMs()
    let next: Kind | undefined
    for (const kind of this.#kinds.values()) {
      if (kind.waiting.length >= kind.wanted || kind.retryAtMs > nowMs) continue
      if (!next || kind.lastAskedMs > next.lastAskedMs) next = kind
    }
    return next
  }

  async #makeOne(kind: Kind): Promise<void> {
    const { backend, clock, ends } = this.#options
    try {
      const sandbox = await backend.start({ ...kind.spec, id: newId() })
      // A sweep may have found meanwhile that nobody asks for it any more.
      if (this.#ended || kind.waiting.length >= kind.wanted) {
        await this.#end(sandbox, this.#ended ? 'shutdown' : 'pool-unwanted')
        return
      }
      kind.waiting.push(sandbox)
      void sandbox.exited.then(() => this.#onExited(kind, sandbox))
    } catch (error) {
      kind.failures += 1
      kind.retryAtMs = clock.monotonicMs() + retryDelayMs(kind.failures)
      ends.tell({ reason: 'failed-to-start', detail: (error as Error).message })
    }
  }

  /** Of no meaning once it is assigned; before, its runtime does not boot here, and the next may not either. */
  #onExited(kind: Kind, sandbox: Sandbox): void {
    const at = kind.waiting.indexOf(sandbox)
    if (at < 0) return
    kind.waiting.splice(at, 1)
    kind.failures += 1
    kind.retryAtMs = this.#options.clock.monotonicMs() + retryDelayMs(kind.failures)
    const failed = sandbox.endReason
    void this.#end(sandbox, failed === undefined ? 'pool-crash' : 'sandbox-error', failed)
  }

  /** Whether the budget has room for one more of this kind, if need be in place of others asked for earlier. */
  #makeRoom(kind: Kind): boolean {
    const older = this.#oldestFirst().filter(
      (other) => other !== kind && other.lastAskedMs <= kind.lastAskedMs,
    )
    let excess = this.#usedBytes() + kind.bytes - this.#options.budgetBytes
    if (excess > bytesOf(older)) return false
    for (const other of older) {
      for (; excess > 0 && other.waiting.length > 0; excess -= other.bytes) {
        other.wanted = 0
        this.#discard(other, 'pool-room')
      }
    }
    return true
  }

  /** What waits may turn out to use more than was thought. */
  #keepToBudget(): void {
    for (const kind of this.#oldestFirst()) {
      while (kind.waiting.length > 0 && this.#usedBytes() > this.#options.budgetBytes) {
        this.#discard(kind, 'pool-budget')
      }
    }
  }

  #oldestFirst(): Kind[] {
    return [...this.#kinds.values()].toSorted((a, b) => a.lastAskedMs - b.lastAskedMs)
  }

  #usedBytes(): number {
    return bytesOf(this.#kinds.values())
  }

  #discard(kind: Kind, reason: EndReason): void {
    const sandbox = kind.waiting.shift()
    if (sandbox) void this.#end(sandbox, reason)
  }

  /** Of one that has left those that wait, without a function. Resolves when nothing is left of it. */
  async #end(sandbox: Sandbox, reason: EndReason, detail?: string): Promise<void> {
    this.#options.ends.tell({ reason, sandbox: sandbox.id, detail })
    // What cannot be removed is in the log, and is removed with the server.
    await sandbox.destroy(reason).catch(() => undefined)
  }

  /** Follows the demand down again, and learns what waiting costs. */
  #sweep(): void {
    const { clock } = this.#options
    const nowMs = clock.monotonicMs()
    for (const [key, kind] of this.#kinds) {
      const idle = nowMs - kind.lastAskedMs > idleKindMs
      kind.wanted = idle ? 0 : Math.min(waitingMax, Math.max(waitingMin, kind.asked))
      kind.asked = 0
      const measured = Math.max(0, ...kind.waiting.map((sandbox) => sandbox.peakMemoryBytes()))
      if (measured > 0) {
        kind.bytes = measured
        kind.failures = 0
      }
      while (kind.waiting.length > kind.wanted) this.#discard(kind, 'pool-unwanted')
      if (idle) this.#kinds.delete(key)
    }
    this.#keepToBudget()
    this.#refillSoon()
    this.#sweeper = clock.after(poolSweepMs, () => this.#sweep())
  }
}

/** Whether a runtime that has booted already can serve the function. */
function canWaitBooted(version: RunnableVersion, image: RuntimeImage): boolean {
  return image.needsOwnStart !== undefined && !image.needsOwnStart(version.environment)
}

function waitingSpec(
  version: RunnableVersion,
  image: RuntimeImage,
  booted: boolean,
): Omit<SandboxSpec, 'id'> {
  const { memoryMb, tmpMb } = version
  const command = booted ? image.command({ memoryMb, environment: {} }) : ['/bin/sh', '-s']
  return {
    command,
    env: booted ? { ...commonVariables, ...image.env, _LAMBDAD_POOLED: '1' } : {},
    workingDirectory: '/',
    mounts: image.mounts,
    memoryMb,
    tmpMb,
    runtimeApi: image.runtimeApi,
    waiting: { slots: slotsOf(image), input: !booted },
  }
}

/** What those of these kinds that wait use together. */
function bytesOf(kinds: Iterable<Kind>): number {
  let bytes = 0
  for (const kind of kinds) bytes += kind.waiting.length * kind.bytes
  return bytes
}

function newId(): SandboxId {
  return randomHex(20) as SandboxId
}
