/**
 * A sandbox back end without processes: its "runtimes" are functions that speak the Runtime API over a stream in
 * memory. Makes the data plane testable in milliseconds, and lets a test choose the moment of every event.
 */
import { Buffer } from 'node:buffer'
import { type Duplex, PassThrough, duplexPair } from 'node:stream'
import type {
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
  #exit!: (exit: SandboxExit) => void
  #input = Buffer.alloc(0)
  #wake: (() => void) | undefined

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
    this.#exit({ code, signal, outOfMemory })
    this.stdout.end()
    this.stderr.end()
    this.socket.destroy()
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

  /** The next answer of the Runtime API, whatever was asked. */
  async answer(): Promise<Answer> {
    for (;;) {
      const found = this.#take()
      if (found) return found
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
    const body = this.#input.toString('utf8', end + 4, end + 4 + length)
    this.#input = this.#input.subarray(end + 4 + length)
    return { status: Number(line.split(' ')[1]), headers, body }
  }
}

export interface Answer {
  readonly status: number
  readonly headers: Record<string, string>
  readonly body: string
}

export class FakeBackend implements SandboxBackend {
  readonly name = 'fake'
  /** All sandboxes ever made, in order. */
  readonly processes: FakeProcess[] = []
  /** Those not destroyed yet. */
  readonly alive = new Set<FakeProcess>()
  readonly endReasons: string[] = []
  /** Makes the next starts fail with these words. */
  failure: string | undefined
  readonly #runtime: FakeRuntime

  constructor(runtime: FakeRuntime) {
    this.#runtime = runtime
  }

  async start(spec: SandboxSpec): Promise<Sandbox> {
    if (this.failure !== undefined) throw new SandboxStartError(this.failure)
    const [ours, theirs] = duplexPair()
    const process = new FakeProcess(spec, theirs)
    this.processes.push(process)
    this.alive.add(process)
    void this.#runtime(process)
    let endReason: string | undefined
    return {
      id: spec.id,
      stdout: process.stdout,
      stderr: process.stderr,
      onConnection: (listener) => listener(ours),
      exited: process.exited,
      peakMemoryBytes: () => 40 * 1024 * 1024,
      freeze: async () => undefined,
      thaw: async () => undefined,
      destroy: async (reason) => {
        if (endReason !== undefined) return
        endReason = reason
        this.endReasons.push(reason)
        this.alive.delete(process)
        process.exit(undefined, 'SIGKILL')
      },
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
