/**
 * The directory a server unpacks code into: one of its own, below a place where earlier servers had theirs.
 *
 * What those left may be thousands of packages. A start must not wait for their end, so they are removed behind
 * requests, one at a time; what a short-lived server does not get done is left to the next.
 * Called by: app/rooms.ts. Read next: code-cache.ts.
 */
import { lstat, mkdir, opendir, readdir, rm } from 'node:fs/promises'
import path from 'node:path'
import { randomHex } from '../kernel/ids.ts'
import type { Log } from '../kernel/log.ts'

export class CodeDirectory implements AsyncDisposable {
  /** Exists, empty. */
  readonly path: string
  /** Whole paths. */
  readonly #left: readonly string[]
  readonly #log: Log
  #clearing: Promise<void> | undefined
  #closing = false

  private constructor(own: string, left: readonly string[], log: Log) {
    this.path = own
    this.#left = left
    this.#log = log
  }

  /** @param root no other server's that runs */
  static async open(root: string, log: Log): Promise<CodeDirectory> {
    // Sandboxes' users pass through it, and list nothing.
    const mode = 0o711
    await mkdir(root, { recursive: true, mode })
    const left = await readdir(root)
    const own = path.join(root, randomHex(8))
    await mkdir(own, { mode })
    return new CodeDirectory(
      own,
      left.map((name) => path.join(root, name)),
      log,
    )
  }

  /** Removes what earlier servers left. Returns at once. */
  clear(): void {
    this.#clearing ??= this.#clear()
  }

  async #clear(): Promise<void> {
    for (const directory of this.#left) {
      try {
        await this.#remove(directory)
      } catch (error) {
        const words = 'code that an earlier server had unpacked could not be removed'
        this.#log.warn({ directory, error }, words)
      }
    }
  }

  /** One at a time: whoever closes waits for one at most. */
  async #remove(directory: string): Promise<void> {
    if (this.#closing) return
    const isDirectory = (await lstat(directory)).isDirectory()
    const inside = isDirectory ? await opendir(directory) : []
    for await (const { name } of inside) {
      if (this.#closing) return
      await rm(path.join(directory, name), { recursive: true, force: true })
    }
    await rm(directory, { recursive: true, force: true })
  }

  /** What was unpacked stays for the next server to remove: it ends the sooner for that. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#closing = true
    await this.#clearing
  }
}
