/**
 * Makes and removes the file systems that sandboxes have as their /tmp: files on a disk of the host, mounted.
 *
 * What it is not: for the main thread; mounting waits for the kernel. Removal may wait for a disk for long, so that its
 * last steps, closing descriptors, are done by libuv's threads, one at a time: they must not all be busy with that.
 * Invariant: the disk below has room for all that was promised, with something to spare; and what is mounted has an
 * entry in `#disks`. Called by: disk-thread.ts, ../probes/tmp-disks.ts. Read next: image.ts.
 */
import { close, closeSync, constants, fstatSync, mkdirSync, openSync } from 'node:fs'
import { rmdirSync, statfsSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { assert } from '../../kernel/assert.ts'
import { diskReserve, tmpMbDefault, tmpTemplatesMax } from '../limits.ts'
import {
  type DiskCalls,
  type LoopDevice,
  boundDirtyBytes,
  openDiskCalls,
  unboundDirtyBytes,
} from './calls.ts'
import {
  DisksMissingError,
  type Template,
  makeTemplate,
  mountOptions,
  openImage,
  writeImage,
} from './image.ts'
import type { ThreadSettings } from './protocol.ts'

/** Of file systems that are in memory themselves, by statfs(2). Source: linux/magic.h. */
const inMemory = new Set([0x01021994, 0x858458f6])

/** Opens a directory only as a place. Source: fcntl.h. */
const asPlace = 0o10000000 | constants.O_DIRECTORY

const closeElsewhere = promisify(close)

interface Disk {
  readonly image: number
  /** The most that its file can hold. */
  readonly bytes: number
  readonly device: Pick<LoopDevice, 'number'>
  /** Under way. */
  removal?: Promise<void>
}

export class DiskMaker {
  readonly #calls: DiskCalls
  readonly #settings: ThreadSettings
  readonly #templates = new Map<number, Promise<Template>>()
  /** By where they are mounted. */
  readonly #disks = new Map<string, Disk>()
  #made = 0
  #closing = false
  /** The removal that is under way, and those that wait behind it. */
  #removing: Promise<void> = Promise.resolve()

  private constructor(calls: DiskCalls, settings: ThreadSettings) {
    this.#calls = calls
    this.#settings = settings
  }

  /**
   * Makes the mount point, and a file system for the sake of finding out whether that can be done here.
   * @throws DisksMissingError when it cannot; nothing is left then
   */
  static async open(settings: ThreadSettings): Promise<DiskMaker> {
    const { directory, mountPoint } = settings
    const calls = openDiskCalls()
    if (!calls)
      throw new DisksMissingError(
        `${process.execPath} (${process.version}) has no node:ffi. Use Node.js 26.1 or newer, as built by the Node.js project`,
      )
    if (inMemory.has(statfsSync(directory).type))
      throw new DisksMissingError(
        `${directory} is in memory itself. Put the data directory on a disk`,
      )
    mkdirSync(mountPoint, { mode: 0o711 })
    const maker = new DiskMaker(calls, settings)
    try {
      calls.keepPrivate(mountPoint)
      await maker.#template(tmpMbDefault)
      return maker
    } catch (error) {
      maker.#removeMountPoint()
      throw missing(error)
    }
  }

  /**
   * @returns where it is mounted: an empty directory for all to write, root's; undefined when the disk below has too
   *   little room. @throws Error when it cannot be made; nothing is left then
   */
  async make(megabytes: number): Promise<string | undefined> {
    const template = await this.#template(megabytes)
    if (this.#closing) throw new Error('no more disks are made')
    if (!this.#hasRoomFor(template.bytes)) return undefined
    const path = join(this.#settings.mountPoint, String(this.#made++))
    using undo = new DisposableStack()
    const image = openImage(this.#settings.directory)
    undo.defer(() => closeSync(image))
    writeImage(image, template)
    mkdirSync(path)
    undo.defer(() => rmdirSync(path))
    using device = this.#calls.attach(image)
    undo.defer(() => unboundDirtyBytes(device))
    boundDirtyBytes(device)
    this.#calls.mount(device.path, path, mountOptions)
    this.#disks.set(path, { image, bytes: template.bytes, device: { number: device.number } })
    undo.move()
    return path
  }

  /** Resolves when its room is free again. @param path as `make` has given it */
  async remove(path: string): Promise<void> {
    const disk = this.#disks.get(path)
    assert(disk !== undefined, `a file system was made at ${path}`)
    disk.removal ??= this.#remove(path, disk).catch((error: unknown) => {
      delete disk.removal
      throw error
    })
    await disk.removal
  }

  async #remove(path: string, disk: Disk): Promise<void> {
    unboundDirtyBytes(disk.device)
    // With its root open nothing is written while it is taken away from here.
    const root = openSync(path, asPlace)
    try {
      this.#calls.detach(path)
      rmdirSync(path)
    } catch (error) {
      closeSync(root)
      throw error
    }
    const removal = this.#removing.then(async () => {
      await closeElsewhere(root)
      // What the first has written is forgotten here, before it has reached the disk.
      await closeElsewhere(disk.image)
      this.#disks.delete(path)
    })
    this.#removing = removal.catch(() => undefined)
    await removal
  }

  /** Removes all that is left. */
  async close(): Promise<void> {
    this.#closing = true
    for (const path of [...this.#disks.keys()]) await this.remove(path)
    this.#removeMountPoint()
  }

  #removeMountPoint(): void {
    try {
      this.#calls.detach(this.#settings.mountPoint)
    } catch {
      // It has not come to be a mount.
    }
    rmdirSync(this.#settings.mountPoint)
  }

  /** What is promised already counts as used, whether it is or not. */
  #hasRoomFor(bytes: number): boolean {
    const { bavail, bsize, blocks } = statfsSync(this.#settings.directory)
    const reserve = Math.min(diskReserve.bytes, blocks * bsize * diskReserve.partOfDisk)
    const spare = bavail * bsize - reserve - bytes
    let promised = 0
    for (const disk of this.#disks.values()) promised += disk.bytes
    if (spare >= promised) return true
    let used = 0
    for (const disk of this.#disks.values()) used += fstatSync(disk.image).blocks * 512
    return spare >= promised - used
  }

  #template(megabytes: number): Promise<Template> {
    const known = this.#templates.get(megabytes)
    if (known) return known
    const { directory, mountPoint: stage } = this.#settings
    const template = makeTemplate({ calls: this.#calls, directory, stage, megabytes })
    this.#templates.set(megabytes, template)
    // A full disk today must not spoil this size for good.
    template.catch(() => this.#templates.delete(megabytes))
    for (const oldest of this.#templates.keys()) {
      if (this.#templates.size <= tmpTemplatesMax) break
      this.#templates.delete(oldest)
    }
    return template
  }
}

/** The same in words for a terminal. */
function missing(error: unknown): Error {
  if (error instanceof DisksMissingError || !(error instanceof Error)) return error as Error
  const { code, message, path } = error as NodeJS.ErrnoException
  // The last two: a node is there, and nothing behind it.
  if (path?.startsWith('/dev/loop') && ['ENOENT', 'ENXIO', 'ENODEV'].includes(code ?? ''))
    return new DisksMissingError(
      `there is no ${path}. Load the kernel's module (modprobe loop); for a container, share the host's devices ` +
        '(docker run --privileged -v /dev:/dev)',
    )
  if (code === 'EPERM' || code === 'EACCES')
    return new DisksMissingError(
      `${message}. Allow it; a container needs docker run --privileged -v /dev:/dev`,
    )
  if (code === 'EOPNOTSUPP')
    return new DisksMissingError(
      `the file system of the data directory has no files without names (O_TMPFILE). Put it on ext4, xfs or btrfs`,
    )
  return new DisksMissingError(`${message}. See whether the kernel has loop devices and ext4`)
}
