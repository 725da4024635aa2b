/**
 * The server's end of the disk thread. Called by: tmp-disks.ts. Read next: disk-thread.ts.
 */
import { ThreadClient } from '../thread-client.ts'
import type { ThreadRequest, ThreadSettings } from './protocol.ts'

export class MakerThread {
  readonly #thread: ThreadClient<ThreadRequest>

  /** Starts the thread. It needs `open` before anything else. */
  constructor(settings: ThreadSettings) {
    const entry = new URL('disk-thread.ts', import.meta.url)
    this.#thread = new ThreadClient('disk', entry, { workerData: settings })
  }

  /** @throws Error in words for the terminal when they cannot be made here; nothing is left then */
  async open(): Promise<void> {
    await this.#thread.ask({ kind: 'open' })
  }

  /** @returns where it is mounted; undefined when there is too little room for it */
  async make(megabytes: number): Promise<string | undefined> {
    return (await this.#thread.ask({ kind: 'make', megabytes })) as string | undefined
  }

  /** When the thread has ended by itself, what it has mounted ends with the server. */
  async remove(path: string): Promise<void> {
    if (this.#thread.ended === undefined) await this.#thread.ask({ kind: 'remove', path })
  }

  /** Removes what is left, and ends the thread. */
  async close(): Promise<void> {
    await this.#thread.close({ kind: 'close' })
  }

  async stop(): Promise<void> {
    await this.#thread.stop()
  }
}
