/**
 * What sandboxes have as their /tmp: file systems of exactly its size on a disk of the host, where they can be had.
 *
 * Where they cannot, because the host lacks something, or its disk too much room, there is none, and whoever asked keeps
 * /tmp in memory: that is said once. Invariant: nothing of a file system has a name below the disk's directory, and what
 * is mounted goes with the server, however it ends (undertaker.sh). Called by: ../oci/backend.ts.
 * Read next: disk-maker.ts, README.md.
 */
import { chown } from 'node:fs/promises'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Log } from '../../kernel/log.ts'
import { hostUsers, sandboxUser } from '../limits.ts'
import type { ServerHome } from '../server-home.ts'
import type { ThreadReply, ThreadRequest, ThreadSettings } from './protocol.ts'

export interface TmpDisk extends AsyncDisposable {
  /** Its root on the host: an empty directory for all to write. */
  readonly path: string
  /** Its root becomes that of the user inside. @param userSlot see `hostUsers` */
  giveTo(userSlot: number): Promise<void>
}

export interface TmpDisksOptions {
  /** Absolute path of a directory on the disk. Nothing ever shows in it. */
  readonly directory: string
  readonly home: ServerHome
  readonly log: Log
}

/** What is at stake, for whoever reads the log. */
const inMemory =
  "functions' /tmp is kept in memory and counts against their memory limit, which it does not on AWS"

export class TmpDisks implements AsyncDisposable {
  readonly #options: TmpDisksOptions
  #thread: Promise<DiskThread | undefined> | undefined
  #hasWarned = false

  constructor(options: TmpDisksOptions) {
    this.#options = options
  }

  /** Finds out whether they can be had, once. */
  async prepare(): Promise<void> {
    await this.#opened()
  }

  /** @param megabytes its size, MiB @returns undefined where /tmp is to be kept in memory */
  async make(megabytes: number): Promise<TmpDisk | undefined> {
    const thread = await this.#opened()
    if (!thread) return undefined
    try {
      const path = await thread.request({ kind: 'make', megabytes })
      if (path === undefined) {
        this.#warnOnce({ directory: this.#options.directory }, 'too little room on its disk')
        return undefined
      }
      this.#hasWarned = false
      return new MountedDisk(thread, path)
    } catch (error) {
      this.#warnOnce({ error: (error as Error).message }, 'no disk could be made')
      return undefined
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const thread = await this.#thread
    this.#thread = Promise.resolve(undefined)
    await thread?.end()
  }

  #opened(): Promise<DiskThread | undefined> {
    this.#thread ??= this.#open()
    return this.#thread
  }

  async #open(): Promise<DiskThread | undefined> {
    const { directory, home, log } = this.#options
    const mountPoint = join(home.directory, 'disks')
    await home.register([`mount ${mountPoint}`, 'loop-devices -'])
    const thread = new DiskThread({ directory, mountPoint })
    try {
      await thread.request({ kind: 'open' })
      return thread
    } catch (error) {
      await thread.stop()
      log.warn({}, `${inMemory}: ${(error as Error).message}.`)
      return undefined
    }
  }

  /** Of a state that lasts, not of each sandbox in it. */
  #warnOnce(fields: object, why: string): void {
    if (this.#hasWarned) return
    this.#hasWarned = true
    this.#options.log.warn(fields, `${inMemory}: ${why}`)
  }
}

class MountedDisk implements TmpDisk {
  readonly path: string
  readonly #thread: DiskThread
  #removed: Promise<unknown> | undefined

  constructor(thread: DiskThread, path: string) {
    this.#thread = thread
    this.path = path
  }

  async giveTo(userSlot: number): Promise<void> {
    const root = hostUsers.first + userSlot * hostUsers.perSandbox
    await chown(this.path, root + sandboxUser.uid, root + sandboxUser.gid)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#removed ??= this.#thread.remove(this.path)
    await this.#removed
  }
}

interface Waiting {
  resolve(path: string | undefined): void
  reject(error: Error): void
}

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never

/** The server's end of the thread. */
class DiskThread {
  readonly #worker: Worker
  readonly #exited: Promise<void>
  readonly #waiting = new Map<number, Waiting>()
  #ids = 0
  #ended: Error | undefined

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

  request(request: WithoutId<ThreadRequest>): Promise<string | undefined> {
    if (this.#ended !== undefined) return Promise.reject(this.#ended)
    const id = this.#ids++
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject })
      this.#worker.postMessage({ ...request, id })
      // It keeps the server from ending only while somebody waits for it.
      this.#worker.ref()
    })
  }

  /** When the thread has ended by itself, what it has mounted ends with the server. */
  async remove(path: string): Promise<void> {
    if (this.#ended === undefined) await this.request({ kind: 'remove', path })
  }

  async end(): Promise<void> {
    if (this.#ended === undefined) await this.request({ kind: 'close' })
    await this.stop()
  }

  async stop(): Promise<void> {
    await this.#worker.terminate()
    await this.#exited
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
