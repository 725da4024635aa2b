/**
 * The system calls that a file system in a file is made of, and that Node.js has no API for.
 *
 * A loop device stands for the file, and goes by itself (LO_FLAGS_AUTOCLEAR) when the last mount of it does, whoever
 * takes that away. Invariant: nothing here keeps a pointer. They may wait for a disk, hence never on the main thread.
 * Called by: image.ts, disk-maker.ts. Source: loop(4), linux/loop.h, mount(2), lseek(2).
 */
import { closeSync, openSync, readFileSync, writeFileSync } from 'node:fs'
import { type Library, SystemCallError, openLibrary } from '../c-library.ts'
import { loopDeviceTries, tmpDirtyBytesMax } from '../limits.ts'

const definitions = {
  ioctl: { arguments: ['i32', 'u64', 'pointer'], return: 'i32' },
  lseek: { arguments: ['i32', 'i64', 'i32'], return: 'i64' },
  mount: { arguments: ['string', 'string', 'string', 'u64', 'string'], return: 'i32' },
  umount2: { arguments: ['string', 'i32'], return: 'i32' },
} as const

const noSetUserId = 2
const noDevices = 4
const noAccessTimes = 1024
const bind = 4096
const makePrivate = 1 << 18
const detachLazily = 2

const loopGetFree = 0x4c82n
const loopConfigure = 0x4c0an
/** struct loop_config, and where `fd` and `info.lo_flags` are in it. */
const loopConfig = { bytes: 304, fd: 0, flags: 60 } as const
const autoClear = 4

const seekData = 3
const seekHole = 4

const controlPath = '/dev/loop-control'

export interface LoopDevice extends Disposable {
  readonly number: number
  readonly path: string
}

/** Undefined when this Node.js cannot call the C library. */
export function openDiskCalls(): DiskCalls | undefined {
  const library = openLibrary(definitions)
  return library && new DiskCalls(library)
}

export class DiskCalls {
  readonly #library: Library<typeof definitions>

  constructor(library: Library<typeof definitions>) {
    this.#library = library
  }

  /**
   * A device whose content is that file's. Disposal closes it; it goes when nothing is mounted from it either.
   * @param image a descriptor, which need not stay open
   * @throws Error with the code of a system call that failed
   */
  attach(image: number): LoopDevice {
    const { calls, check } = this.#library
    const control = openSync(controlPath, 'r+')
    try {
      for (let tries = 1; ; tries += 1) {
        const number = check('LOOP_CTL_GET_FREE', calls.ioctl(control, loopGetFree, null))
        const path = `/dev/loop${number}`
        const device = openSync(path, 'r+')
        try {
          this.#configure(device, image)
          return { number, path, [Symbol.dispose]: () => closeSync(device) }
        } catch (error) {
          closeSync(device)
          // Somebody else was faster.
          const isTaken = error instanceof SystemCallError && error.code === 'EBUSY'
          if (!isTaken || tries >= loopDeviceTries) throw error
        }
      }
    } finally {
      closeSync(control)
    }
  }

  #configure(device: number, image: number): void {
    const { calls, check } = this.#library
    const config = Buffer.alloc(loopConfig.bytes)
    config.writeUInt32LE(image, loopConfig.fd)
    config.writeUInt32LE(autoClear, loopConfig.flags)
    check('LOOP_CONFIGURE', calls.ioctl(device, loopConfigure, config))
  }

  /** Mounts an ext4 file system for code that is hostile: neither set-user-id programs nor devices count. */
  mount(device: string, target: string, options: string): void {
    this.#mount(device, target, 'ext4', noSetUserId | noDevices | noAccessTimes, options)
  }

  /** Makes `directory` a mount of its own, so that whatever is mounted below it shows nowhere else. */
  keepPrivate(directory: string): void {
    this.#mount(directory, directory, '', bind, '')
    this.#mount('none', directory, '', makePrivate, '')
  }

  /** Takes away what is mounted there, with all below it; whoever uses it, a descriptor say, keeps it until then. */
  detach(target: string): void {
    const { calls, check } = this.#library
    check(`unmount ${target}`, calls.umount2(target, detachLazily))
  }

  /** Where the file has bytes, as `[start, end]`, in order; the rest reads as zeros. */
  *dataIn(file: number): Generator<readonly [number, number]> {
    for (let end = 0; ;) {
      const start = this.#seek(file, end, seekData)
      if (start === undefined) return
      end = this.#seek(file, start, seekHole) ?? start
      yield [start, end]
    }
  }

  /** Undefined when there is nothing of it from `from` on. */
  #seek(file: number, from: number, what: number): number | undefined {
    const { calls, check } = this.#library
    try {
      return check('lseek', Number(calls.lseek(file, BigInt(from), what)))
    } catch (error) {
      if (error instanceof SystemCallError && error.code === 'ENXIO') return undefined
      throw error
    }
  }

  #mount(source: string, target: string, type: string, how: number, options: string): void {
    const { calls, check } = this.#library
    const result = calls.mount(source, target, type, BigInt(how), options)
    check(`mount ${source} at ${target}`, result)
  }
}

/**
 * Bounds what has been written to the device and waits to be copied to its file (Linux 6.2). Otherwise a function on
 * cgroup v1 fills its whole memory with that, whereupon the kernel writes everything that waits on the host to disk.
 * @returns whether this kernel does so, and lets us
 */
export function boundDirtyBytes({ number }: Pick<LoopDevice, 'number'>): boolean {
  const wrote = setBdi(number, 'max_bytes', tmpDirtyBytesMax)
  return wrote && setBdi(number, 'strict_limit', 1)
}

/** The device is as the kernel has made it: its settings would outlive us. */
export function unboundDirtyBytes({ number }: Pick<LoopDevice, 'number'>): void {
  setBdi(number, 'max_ratio', 100)
  setBdi(number, 'strict_limit', 0)
}

function setBdi(number: number, name: string, value: number): boolean {
  try {
    writeFileSync(`/sys/block/loop${number}/bdi/${name}`, String(value), { flag: 'r+' })
    return true
  } catch {
    return false
  }
}

/** Whether a file is behind the device, or still is. */
export function isAttached({ number }: Pick<LoopDevice, 'number'>): boolean {
  try {
    readFileSync(`/sys/block/loop${number}/loop/backing_file`)
    return true
  } catch {
    return false
  }
}
