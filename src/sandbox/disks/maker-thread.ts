/**
 * The server's end of the disk thread. Called by: tmp-disks.ts. Read next: disk-thread.ts.
 */
import { Worker } from 'node:worker_threads'
import type { ThreadReply, ThreadRequest, ThreadSettings } from './protocol.ts'

interface Waiting {
  resolve(path: string | undefined): void
  reject(error: Error): void
}

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never

export class MakerThread {
  readonly #worker: Worker
  readonly #exited: Promise<void>
  readonly #waiting = new Map<number, Waiting>()
  #ids = 0
  #ended: Error | undefined

  /** Starts the thread. It needs `open` before anything else. */
  constructor(settings: ThreadSettings) {
    this.#worker = new Worker(new URL('disk-thread.ts', import.meta.url), {
      workerData: settings,
      name: 'disks',
    })
    this.#worker.unref()
    this.#worker.on('message', (reply: ThreadReply) => this.#settle(reply))
    this.#worker.on('error', (error) => this.#end((error as Error).message))
    this.#exited = new Promise((resolve) => {
      this.#worker.once('exit', () => {
        this.#end('it was stopped')
        resolve()
      })
    })
  }

  /** @throws DisksMissingError in words when they cannot be made here; nothing is left then */
  async open(): Promise<void> {
    await this.#request({ kind: 'open' })
  }

  /** @returns where it is mounted; undefined when there is too little room for it */
  make(megabytes: number): Promise<string | undefined> {
    return this.#request({ kind: 'make', megabytes })
  }

  /** When the thread has ended by itself, what it has mounted ends with the server. */
  async remove(path: string): Promise<void> {
    if (this.#ended === undefined) await this.#request({ kind: 'remove', path })
  }

  /** Removes what is left, and ends the thread. */
  async close(): Promise<void> {
    if (this.#ended === undefined) await this.#request({ kind: 'close' })
    await this.stop()
  }

  async stop(): Promise<void> {
    await this.#worker.terminate()
    await this.#exited
  }

  #request(request: WithoutId<ThreadRequest>): Promise<string | undefined> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    const id = this.#ids++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#worker.postMessage({ ...request, id })
      // It keeps the server from ending only while somebody waits for it.
      this.#worker.ref()
    })
  }

  #settle(reply: ThreadReply): void {
    const waiting = this.#waiting.get(reply.id)
    this.#waiting.delete(reply.id)
    if (this.#waiting.size === 0) this.#worker.unref()
    if ('failure' in reply) waiting?.reject(new Error(reply.failure))
    else waiting?.resolve(reply.path)
  }

  /** The first reason is kept: an exit follows every error. */
  #end(why: string): void {
    this.#ended ??= new Error(`the disk thread has ended: ${why}`)
    for (const waiting of this.#waiting.values()) waiting.reject(this.#ended)
    this.#waiting.clear()
  }
}
