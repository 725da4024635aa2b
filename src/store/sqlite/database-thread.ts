/**
 * The main thread's end of one database thread: requests go out, replies come back in the same order.
 * It knows nothing of SQL, transactions or bounds; write-queue.ts and reader-pool.ts do.
 *
 * A round trip with a small query takes 32 us (p50). A thread that waits in Atomics.wait instead of its event
 * loop, reading its port with receiveMessageOnPort, took 30 us: not worth a second way of waking.
 */
import { Worker } from 'node:worker_threads'

import { StoreError } from '../store.ts'
import { toError } from './failure.ts'
import type { DatabaseReply, DatabaseRequest, QueryReply, ThreadSettings } from './protocol.ts'

interface Waiting {
  readonly label: string
  resolve(value: unknown): void
  reject(error: Error): void
}

export class DatabaseThread<Request extends DatabaseRequest> {
  readonly #worker: Worker
  /** Whose reply is next comes first. */
  #waiting: Waiting[] = []
  #ended: StoreError | undefined
  readonly #exited: Promise<void>

  /** Starts the thread. It needs `open` before anything else, and `close` in any case. */
  constructor(entry: URL, settings: ThreadSettings) {
    this.#worker = new Worker(entry, { workerData: settings, name: 'database' })
    this.#worker.on('message', (reply: DatabaseReply) => this.#settle(reply))
    this.#worker.on('messageerror', (error) => this.#end(`its message was lost: ${error.message}`))
    this.#worker.on('error', (error) => this.#end(wordsOf(error)))
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#end('it is closed')
        resolve()
      })
    })
  }

  /** Opens the database, and makes it where it is not there and the thread may write. */
  async open(): Promise<void> {
    await this.request({ kind: 'open' } as Request, 'opening the database')
  }

  /** How many replies are still to come. */
  get outstanding(): number {
    return this.#waiting.length
  }

  /** @param label names the request in an error's words. */
  async query(request: Request & { kind: 'query' }, label: string): Promise<QueryReply> {
    return (await this.request(request, label)) as QueryReply
  }

  request(request: Request, label: string): Promise<unknown> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    this.#worker.postMessage(request)
    return this.#reply(label)
  }

  /** Closes the database after everything requested before, and ends the thread. */
  async close(): Promise<void> {
    try {
      if (this.#ended === undefined)
        await this.request({ kind: 'close' } as Request, 'closing the database')
    } finally {
      await this.#worker.terminate()
      await this.#exited
    }
  }

  #reply(label: string): Promise<unknown> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ label, resolve, reject })
    })
  }

  #settle(reply: DatabaseReply): void {
    const waiting = this.#waiting.shift()
    if (waiting === undefined) return
    if ('failure' in reply) waiting.reject(toError(reply.failure, waiting.label))
    else waiting.resolve(reply.value)
  }

  /** The first reason is kept: an exit follows every error. */
  #end(why: string): void {
    this.#ended ??= new StoreError('closed', `the database thread has ended: ${why}`)
    const waiting = this.#waiting
    this.#waiting = []
    for (const one of waiting) one.reject(this.#ended)
  }
}

function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
