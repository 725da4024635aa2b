/**
 * What sandboxes have as their /tmp: file systems of exactly its size on a disk of the host, where they can be had.
 *
 * Where they cannot, because the host lacks something, or its disk too much room, there is none, and whoever asked keeps
 * /tmp in memory: that is said once. Some of the sizes asked for last are made ahead: a file system takes half a
 * millisecond, but on a busy machine thirty, as the kernel's threads that read it in have to wait for their turns.
 * Invariant: nothing of a file system has a name below the disk's directory, and what is mounted goes with the server,
 * however it ends (undertaker.sh). Called by: ../oci/backend.ts. Read next: disk-maker.ts, README.md.
 */
import { chown } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../../kernel/log.ts'
import { hostUsers, sandboxUser, spareDisks, tmpMbDefault } from '../limits.ts'
import type { ServerHome } from '../server-home.ts'
import { MakerThread } from './maker-thread.ts'

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
  /** How many are made ahead. */
  readonly spare?: { readonly each: number; readonly sizes: number }
}

/** What is at stake, for whoever reads the log. */
const inMemory =
  "functions' /tmp is kept in memory and counts against their memory limit, which it does not on AWS"

export class TmpDisks implements AsyncDisposable {
  readonly #options: Required<TmpDisksOptions>
  #thread: Promise<MakerThread | undefined> | undefined
  /** By size, the one asked for last at the end. */
  readonly #spare = new Map<number, Promise<TmpDisk | undefined>[]>()
  #hasWarned = false
  #ended = false

  constructor(options: TmpDisksOptions) {
    this.#options = { spare: spareDisks, ...options }
  }

  /** Finds out whether they can be had, once. */
  async prepare(): Promise<void> {
    await this.#opened()
    this.#refill(tmpMbDefault)
  }

  /** @param megabytes its size, MiB @returns undefined where /tmp is to be kept in memory */
  async take(megabytes: number): Promise<TmpDisk | undefined> {
    const spare = this.#spare.get(megabytes)?.shift()
    const disk = (await spare?.catch(() => undefined)) ?? (await this.#makeOrWarn(megabytes))
    if (disk) this.#refill(megabytes)
    return disk
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true
    const thread = await this.#thread
    this.#thread = Promise.resolve(undefined)
    this.#spare.clear()
    await thread?.close()
  }

  /** Others of this size are wanted soon; of sizes that were not for long, none any more. */
  #refill(megabytes: number): void {
    if (this.#ended) return
    const spare = this.#spare.get(megabytes) ?? []
    this.#spare.delete(megabytes)
    this.#spare.set(megabytes, spare)
    while (spare.length < this.#options.spare.each) {
      const disk = this.#make(megabytes)
      spare.push(disk)
      // Without room, or failing: whoever needs one tries again and says so.
      disk.then(
        (made) => made ?? this.#forget(spare, disk),
        () => this.#forget(spare, disk),
      )
    }
    for (const size of this.#spare.keys()) {
      if (this.#spare.size <= this.#options.spare.sizes) break
      void this.#drop(size)
    }
  }

  #forget(spare: Promise<TmpDisk | undefined>[], disk: Promise<TmpDisk | undefined>): void {
    const index = spare.indexOf(disk)
    if (index >= 0) void spare.splice(index, 1)
  }

  /** @returns whether there were any, of whatever size */
  async #dropSpare(): Promise<boolean> {
    for (const size of this.#spare.keys()) if (await this.#drop(size)) return true
    return false
  }

  /** @returns whether there were any */
  async #drop(megabytes: number): Promise<boolean> {
    const spare = this.#spare.get(megabytes) ?? []
    this.#spare.delete(megabytes)
    const removed = spare.splice(0).map(async (made) => {
      const disk = await made
      await disk?.[Symbol.asyncDispose]()
      return disk !== undefined
    })
    const outcomes = await Promise.allSettled(removed)
    return outcomes.some((each) => each.status === 'fulfilled' && each.value)
  }

  async #makeOrWarn(megabytes: number): Promise<TmpDisk | undefined> {
    try {
      if (!(await this.#opened())) return undefined
      for (;;) {
        const disk = await this.#make(megabytes)
        if (disk) {
          this.#hasWarned = false
          return disk
        }
        // What nobody needs yet makes room.
        if (!(await this.#dropSpare())) break
      }
      this.#warnOnce({ directory: this.#options.directory }, 'too little room on its disk')
    } catch (error) {
      this.#warnOnce({ error: (error as Error).message }, 'no disk could be made')
    }
    return undefined
  }

  /** @returns undefined without room */
  async #make(megabytes: number): Promise<TmpDisk | undefined> {
    const thread = await this.#opened()
    const path = await thread?.make(megabytes)
    return thread && path !== undefined ? new MountedDisk(thread, path) : undefined
  }

  #opened(): Promise<MakerThread | undefined> {
    this.#thread ??= this.#open()
    return this.#thread
  }

  async #open(): Promise<MakerThread | undefined> {
    const { directory, home, log } = this.#options
    const mountPoint = join(home.directory, 'disks')
    const thread = new MakerThread({ directory, mountPoint })
    try {
      await home.register([`mount ${mountPoint}`, 'loop-devices -'])
      await thread.open()
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
  readonly #thread: MakerThread
  #removed: Promise<void> | undefined

  constructor(thread: MakerThread, path: string) {
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
