/**
 * The server's end of a thread that is asked for things and answers each, in whatever order.
 *
 * What it is not: it knows nothing of what it asks for. Invariant: whoever has asked is answered, by the thread's end at
 * the latest; a thread that nobody waits for does not keep the server from ending.
 * Called by: network/network-maker.ts, disks/maker-thread.ts. Read next: thread-server.ts, the thread's end.
 */
import { Worker, type WorkerOptions } from 'node:worker_threads'
import { SandboxStartError } from './sandbox.ts'
import type { Reply } from './thread-server.ts'

interface Waiting {
  resolve(value: unknown): void
  reject(error: Error): void
}

export class ThreadClient<Request> {
  readonly #name: string
  readonly #worker: Worker
  readonly #exited: Promise<void>
  readonly #waiting = new Map<number, Waiting>()
  #numbers = 0
  #ended: Error | undefined
  /** Called when nobody waits any more. */
  #onIdle: (() => void) | undefined

  /** Starts the thread. @param name as in "the network thread" */
  constructor(
    name: string,
    entry: URL,
    options: Pick<WorkerOptions, 'workerData' | 'trackUnmanagedFds'>,
  ) {
    this.#name = name
    this.#worker = new Worker(entry, { ...options, name })
    this.#worker.unref()
    this.#worker.on('message', (reply: Reply) => this.#settle(reply))
    this.#worker.on('error', (error) => this.#end(wordsOf(error)))
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#end('it was stopped')
        resolve()
      })
    })
  }

  /** Why the thread is no more, once it is. */
  get ended(): Error | undefined {
    return this.#ended
  }

  /** @throws what the thread threw, in its words: a SandboxStartError if it was one; `ended` when it has ended */
  ask(request: Request): Promise<unknown> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    const number = this.#numbers++
    return new Promise((resolve, reject) => {
      this.#waiting.set(number, { resolve, reject })
      this.#worker.postMessage({ number, request })
      // It keeps the server from ending only while somebody waits for it.
      this.#worker.ref()
    })
  }

  /** Asks for this as the last, waits until everybody is answered, and ends the thread. */
  async close(last: Request): Promise<void> {
    if (this.#ended === undefined) {
      await this.ask(last)
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve
        this.#tellIfIdle()
      })
    }
    await this.stop()
  }

  /** Ends the thread at once. */
  async stop(): Promise<void> {
    await this.#worker.terminate()
    await this.#exited
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.number)
    this.#waiting.delete(reply.number)
    if ('value' in reply) waiting?.resolve(reply.value)
    else if (reply.isStart) waiting?.reject(new SandboxStartError(reply.failure))
    else waiting?.reject(new Error(reply.failure))
    this.#tellIfIdle()
  }

  #tellIfIdle(): void {
    if (this.#waiting.size > 0) return
    this.#worker.unref()
    this.#onIdle?.()
  }

  /** The first reason is kept: an exit follows every error. */
  #end(why: string): void {
    this.#ended ??= new Error(`the ${this.#name} thread has ended: ${why}`)
    for (const waiting of this.#waiting.values()) waiting.reject(this.#ended)
    this.#waiting.clear()
    this.#onIdle?.()
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
