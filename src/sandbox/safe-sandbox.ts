/**
 * The safety decorator: back ends stay naive, this wrapper keeps the Sandbox port's promises for all of
 * them.
 *
 * It serialises the calls to one sandbox, destroys it on any error, makes `destroy` idempotent and safe in
 * any state, keeps the first reason, and sees to it that `exited` resolves. Invariant: every sandbox that a
 * back end has made is either in `#live` or removed. Called by: index.ts. Read next: oci/backend.ts.
 */
import type { Duplex, Readable } from 'node:stream'
import { assert } from '../kernel/assert.ts'
import type { Log } from '../kernel/log.ts'
import { type RuntimeApiWay, runtimeApiVariables } from './runtime-api.ts'
import { SandboxStartError } from './sandbox.ts'
import type {
  ReadOnlyMount,
  Sandbox,
  SandboxBackend,
  SandboxExit,
  SandboxId,
  SandboxSpec,
} from './sandbox.ts'

/** What a back end makes. Calls come one after the other; none comes after `remove` has resolved. */
export interface RawSandbox {
  readonly stdout: Readable
  readonly stderr: Readable
  onConnection(listener: (connection: Duplex) => void): void
  readonly exited: Promise<SandboxExit>
  assign(mounts: readonly ReadOnlyMount[], input: string | undefined): Promise<void>
  /** May be called at any time, also after removal. */
  peakMemoryBytes(): number
  /** Likewise. */
  cpuTimeMs(): number
  /** Likewise. */
  favour(times: number): void
  letFinish(waits: boolean): void
  freeze(): Promise<void>
  thaw(): Promise<void>
  reclaim(): Promise<void>
  /** Kills everything and removes every trace, in any state; may be called again when it has failed. */
  remove(): Promise<void>
}

export interface RawBackend extends AsyncDisposable {
  readonly name: string
  readonly canWait: boolean
  /** Whether a process can be given a socket as descriptor 3; without it no spec asks for `inherited`. */
  readonly canInherit: boolean
  /** See `SandboxBackend.prepare`. */
  prepare(): Promise<void>
  /** @throws SandboxStartError or anything else; leaves nothing behind then. */
  start(spec: SandboxSpec): Promise<RawSandbox>
}

export class SafeBackend implements SandboxBackend {
  readonly name: string
  readonly canWait: boolean
  readonly #raw: RawBackend
  readonly #log: Log
  readonly #live = new Map<SandboxId, Promise<SafeSandbox>>()
  #ending: Promise<void> | undefined

  constructor(raw: RawBackend, log: Log) {
    this.#raw = raw
    this.#log = log
    this.name = raw.name
    this.canWait = raw.canWait
  }

  async prepare(): Promise<void> {
    await this.#raw.prepare()
  }

  async start(spec: SandboxSpec): Promise<Sandbox> {
    assert(
      /^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/.test(spec.id),
      `a sandbox id is a file name: ${spec.id}`,
    )
    assert(!this.#live.has(spec.id), `sandbox ${spec.id} is there already`)
    assert(spec.command[0]?.startsWith('/'), 'the command of a sandbox is an absolute path')
    assert(spec.waiting === undefined || this.canWait, 'a sandbox cannot wait here')
    if (this.#ending !== undefined) throw new SandboxStartError('The server is shutting down.')
    const starting = this.#start(spec)
    this.#live.set(spec.id, starting)
    starting.catch(() => this.#live.delete(spec.id))
    const sandbox = await starting
    // Disposal began meanwhile and destroys it: the caller must not get something half dead.
    if (this.#ending !== undefined) throw new SandboxStartError('The server is shutting down.')
    return sandbox
  }

  async #start(spec: SandboxSpec): Promise<SafeSandbox> {
    try {
      const runtimeApi = this.#raw.canInherit ? spec.runtimeApi : 'tcp'
      const env = { ...spec.env, ...runtimeApiVariables(runtimeApi) }
      const possible = { ...spec, runtimeApi, env }
      const raw = await this.#raw.start(possible)
      return new SafeSandbox(possible, raw, this.#log, () => this.#live.delete(spec.id))
    } catch (error) {
      if (error instanceof SandboxStartError) throw error
      const message = `Sandbox ${spec.id} could not be started: ${(error as Error).message}`
      throw new SandboxStartError(message, { cause: error })
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ending ??= this.#end()
    await this.#ending
  }

  async #end(): Promise<void> {
    const ends = [...this.#live.values()].map(async (starting) => {
      const sandbox = await starting.catch(() => undefined)
      await sandbox?.destroy('the server is shutting down')
    })
    // What could not be destroyed one by one is the undertaker's, which disposal of the back end calls.
    await Promise.allSettled(ends)
    await this.#raw[Symbol.asyncDispose]()
  }
}

class SafeSandbox implements Sandbox {
  readonly id: SandboxId
  readonly runtimeApi: RuntimeApiWay
  readonly stdout: Readable
  readonly stderr: Readable
  readonly exited: Promise<SandboxExit>
  readonly #raw: RawSandbox
  readonly #log: Log
  readonly #onRemoved: () => void
  #resolveExited!: (exit: SandboxExit) => void
  #assigned: boolean
  #endReason: string | undefined
  #removal: Promise<void> | undefined
  /** The call that runs, and all that wait behind it. */
  #queue: Promise<void> = Promise.resolve()

  constructor(spec: SandboxSpec, raw: RawSandbox, log: Log, onRemoved: () => void) {
    this.id = spec.id
    this.runtimeApi = spec.runtimeApi
    this.#assigned = spec.waiting === undefined
    this.stdout = raw.stdout
    this.stderr = raw.stderr
    this.#raw = raw
    this.#log = log
    this.#onRemoved = onRemoved
    this.exited = new Promise((resolve) => {
      this.#resolveExited = resolve
    })
    raw.exited.then(this.#resolveExited, (error: Error) => {
      this.#resolveExited(lostExit)
      this.#destroyOnError(error)
    })
  }

  get endReason(): string | undefined {
    return this.#endReason
  }

  onConnection(listener: (connection: Duplex) => void): void {
    this.#raw.onConnection(listener)
  }

  peakMemoryBytes(): number {
    return this.#raw.peakMemoryBytes()
  }

  cpuTimeMs(): number {
    return this.#raw.cpuTimeMs()
  }

  favour(times: number): void {
    this.#raw.favour(times)
  }

  letFinish(waits: boolean): void {
    this.#raw.letFinish(waits)
  }

  async assign(mounts: readonly ReadOnlyMount[], input?: string): Promise<void> {
    assert(!this.#assigned, 'a sandbox serves one function for life')
    this.#assigned = true
    await this.#inTurn(() => this.#raw.assign(mounts, input))
    if (this.#endReason !== undefined) throw new Error(`the sandbox ended: ${this.#endReason}`)
  }

  async freeze(): Promise<void> {
    await this.#inTurn(() => this.#raw.freeze())
  }

  async thaw(): Promise<void> {
    await this.#inTurn(() => this.#raw.thaw())
  }

  async reclaim(): Promise<void> {
    await this.#inTurn(() => this.#raw.reclaim())
  }

  async destroy(reason: string): Promise<void> {
    this.#endReason ??= reason
    if (this.#removal === undefined) {
      const removal = this.#queue.then(() => this.#remove())
      this.#removal = removal
      // A removal that failed can be tried again.
      removal.catch(() => {
        this.#removal = undefined
      })
    }
    await this.#removal
  }

  async #remove(): Promise<void> {
    try {
      await this.#raw.remove()
      this.#onRemoved()
    } catch (error) {
      this.#log.error({ sandbox: this.id, error }, 'a sandbox could not be removed')
      throw error
    } finally {
      this.#resolveExited(lostExit)
    }
  }

  /** Runs `call` after those before it, unless the sandbox has been destroyed by then. */
  #inTurn(call: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(async () => {
      if (this.#endReason !== undefined) return
      try {
        await call()
      } catch (error) {
        this.#destroyOnError(error as Error)
        throw error
      }
    })
    this.#queue = done.catch(() => undefined)
    return done
  }

  #destroyOnError(error: Error): void {
    // A removal that fails is logged there, and tried again by whoever calls `destroy`.
    this.destroy(error.message).catch(() => undefined)
  }
}

/** What is told of a process whose end nobody saw: it was killed, since everything in the sandbox was. */
const lostExit: SandboxExit = { code: undefined, signal: 'SIGKILL', outOfMemory: false }
