/**
 * A sandbox back end without processes: its "runtimes" are functions that speak the Runtime API over a stream in
 * memory. Makes the data plane testable in milliseconds, and lets a test choose the moment of every event.
 */
import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { type Duplex, PassThrough, duplexPair } from 'node:stream'
import type {
  ReadOnlyMount,
  Sandbox,
  SandboxBackend,
  SandboxExit,
  SandboxSpec,
} from '../../src/sandbox/sandbox.ts'
import { SandboxStartError } from '../../src/sandbox/sandbox.ts'

/** What runs in a fake sandbox, from its start to its exit. */
export type FakeRuntime = (process: FakeProcess) => Promise<void> | void

export class FakeProcess {
  readonly spec: SandboxSpec
  readonly socket: Duplex
  readonly stdout = new PassThrough()
  readonly stderr = new PassThrough()
  readonly exited: Promise<SandboxExit>
  /** What it was assigned, if it waited. */
  assigned: { readonly mounts: readonly ReadOnlyMount[]; readonly input?: string } | undefined
  /** How it was put to rest and woken, in order. */
  readonly rests: ('freeze' | 'thaw' | 'reclaim')[] = []
  readonly #assignment = Promise.withResolvers<void>()
  #exit!: (exit: SandboxExit) => void
  #input = Buffer.alloc(0)
  #wake: (() => void) | undefined
  #ended = false
  #told: Promise<string> | undefined

  constructor(spec: SandboxSpec, socket: Duplex) {
    this.spec = spec
    this.socket = socket
    this.exited = new Promise((resolve) => {
      this.#exit = resolve
    })
    socket.on('data', (chunk: Buffer) => {
      this.#input = Buffer.concat([this.#input, chunk])
      this.#wake?.()
    })
    socket.on('error', () => undefined)
  }

  exit(code: number | undefined, signal?: string, outOfMemory = false): void {
    this.#ended = true
    this.#exit({ code, signal, outOfMemory })
    this.stdout.end()
    this.stderr.end()
    this.socket.destroy()
  }

  assign(mounts: readonly ReadOnlyMount[], input: string | undefined): void {
    assert.ok(this.spec.waiting, 'a sandbox that does not wait was assigned')
    assert.equal(this.assigned, undefined, 'a sandbox was assigned twice')
    const { input: reads } = this.spec.waiting
    assert.equal(input !== undefined, reads, 'orders are for those that read them')
    this.assigned = input === undefined ? { mounts } : { mounts, input }
    this.#assignment.resolve()
  }

  /** Processor time that it has used. */
  cpuTimeMs = 0
  /** How many shares of the processors it has. */
  shares = 1
  /** Whether it lets others finish when it is woken. */
  waits = false

  /** Whether its processes do not run. */
  get frozen(): boolean {
    return this.rests.findLast((rest) => rest !== 'reclaim') === 'freeze'
  }

  /** Resolves when it has got its function, at once when it was started for one: to the variables, or the orders. */
  ready(): Promise<string> {
    this.#told ??= this.#awaitFunction()
    return this.#told
  }

  async #awaitFunction(): Promise<string> {
    if (!this.spec.waiting) return JSON.stringify(this.spec.env)
    if (this.spec.waiting.input) {
      await this.#assignment.promise
      return this.assigned?.input ?? ''
    }
    this.send('GET /2018-06-01/lambdad/assignment HTTP/1.1\r\n\r\n')
    const { status, body } = await this.answer()
    assert.equal(status, 200)
    return body
  }

  /** Sends bytes as they are. */
  send(text: string | Buffer): void {
    this.socket.write(text)
  }

  post(path: string, body: string | Buffer, headers: Record<string, string> = {}): void {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    const head = `POST /2018-06-01/runtime/${path} HTTP/1.1\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${lines.join('')}\r\n`
    this.send(Buffer.concat([Buffer.from(head), Buffer.from(body)]))
  }

  /** Asks for the next event and waits for it. */
  async next(): Promise<Answer> {
    this.askNext()
    return this.answer()
  }

  askNext(): void {
    this.send('GET /2018-06-01/runtime/invocation/next HTTP/1.1\r\n\r\n')
  }

  /** The next answer of the Runtime API, whatever was asked; none comes after the end of the process. */
  async answer(): Promise<Answer> {
    for (;;) {
      const found = this.#take()
      if (found && !this.#ended) return found
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  #take(): Answer | undefined {
    const end = this.#input.indexOf('\r\n\r\n')
    if (end < 0) return undefined
    const [line = '', ...fields] = this.#input.toString('latin1', 0, end).split('\r\n')
    const headers: Record<string, string> = {}
    for (const field of fields) {
      const colon = field.indexOf(':')
      headers[field.slice(0, colon).toLowerCase()] = field.slice(colon + 1).trim()
    }
    const length = Number(headers['content-length'] ?? 0)
    if (this.#input.length < end + 4 + length) return undefined
    const bytes = this.#input.subarray(end + 4, end + 4 + length)
    this.#input = this.#input.subarray(end + 4 + length)
    return { status: Number(line.split(' ')[1]), headers, bytes, body: bytes.toString() }
  }
}

export interface Answer {
  readonly status: number
  readonly headers: Record<string, string>
  readonly bytes: Buffer
  /** As text. */
  readonly body: string
}

export class FakeBackend implements SandboxBackend {
  readonly name = 'fake'
  canWait = true
  /** All sandboxes ever made, in order. */
  readonly processes: FakeProcess[] = []
  /** Those not destroyed yet. */
  readonly alive = new Set<FakeProcess>()
  readonly endReasons: string[] = []
  /** Makes the next starts fail with these words. */
  failure: string | undefined
  /** Makes the next assignments fail with these words. */
  assignFailure: string | undefined
  /** Makes the next freezing fail with these words, which destroys the sandbox. */
  freezeFailure: string | undefined
  /** Makes the next destructions tell that something was left. */
  destroyFailure: string | undefined
  /** How often a start was tried. */
  tries = 0

  prepare(): Promise<void> {
    return Promise.resolve()
  }
  /** What every sandbox uses, bytes. */
  peakMemoryBytes = 40 * 1024 * 1024
  /** Starts wait for it. */
  gate: Promise<void> | undefined
  readonly #runtime: FakeRuntime

  constructor(runtime: FakeRuntime) {
    this.#runtime = runtime
  }

  async start(spec: SandboxSpec): Promise<Sandbox> {
    this.tries += 1
    await this.gate
    if (this.failure !== undefined) throw new SandboxStartError(this.failure)
    const [ours, theirs] = duplexPair()
    const process = new FakeProcess(spec, theirs)
    this.processes.push(process)
    this.alive.add(process)
    void this.#runtime(process)
    let endReason: string | undefined
    const destroy = async (reason: string): Promise<void> => {
      if (endReason !== undefined) return
      endReason = reason
      this.endReasons.push(reason)
      this.alive.delete(process)
      process.exit(undefined, 'SIGKILL')
      if (this.destroyFailure !== undefined) throw new Error(this.destroyFailure)
    }
    return {
      id: spec.id,
      runtimeApi: spec.runtimeApi,
      stdout: process.stdout,
      stderr: process.stderr,
      onConnection: (listener) => listener(ours),
      exited: process.exited,
      assign: async (mounts, input) => {
        if (this.assignFailure !== undefined) throw new Error(this.assignFailure)
        process.assign(mounts, input)
      },
      peakMemoryBytes: () => this.peakMemoryBytes,
      cpuTimeMs: () => process.cpuTimeMs,
      favour: (times) => {
        process.shares = times
      },
      letFinish: (waits) => {
        process.waits = waits
      },
      freeze: async () => {
        process.rests.push('freeze')
        if (this.freezeFailure === undefined) return
        await destroy(this.freezeFailure)
        throw new Error(this.freezeFailure)
      },
      thaw: async () => void process.rests.push('thaw'),
      reclaim: async () => void process.rests.push('reclaim'),
      destroy,
      get endReason() {
        return endReason
      },
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const process of this.alive) process.exit(undefined, 'SIGKILL')
  }
}

/** Answers every event with itself. */
export const polite: FakeRuntime = async (process) => {
  await process.ready()
  let event = await process.next()
  for (;;) {
    const id = event.headers['lambda-runtime-aws-request-id']
    process.post(`invocation/${id}/response`, event.body)
    process.askNext()
    await process.answer()
    event = await process.answer()
  }
}

/** Takes an event and ends. */
export const crashing: FakeRuntime = async (process) => {
  await process.next()
  process.exit(1)
}

/** Takes an event and never answers. */
export const silent: FakeRuntime = async (process) => {
  await process.next()
}

/** Writes without end while it works. */
export const chatty: FakeRuntime = async (process) => {
  for (let event = await process.next(); ; event = await process.next()) {
    for (let line = 0; line < 1000; line += 1) process.stdout.write(`line ${line}\n`)
    process.post(`invocation/${event.headers['lambda-runtime-aws-request-id']}/response`, '"done"')
    await process.answer()
  }
}
