/**
 * mount(2) and umount2(2), called directly: a bind mount takes 10 us this way and 2 ms through the program `mount`,
 * and it stands between an invocation and its cold start. Called by: slots.ts.
 */
import { type Library, openLibrary } from '../c-library.ts'

/** Source: sys/mount.h. */
const readOnly = 1
const noSetUserId = 2
const noDevices = 4
const remount = 32
const bind = 4096
const makePrivate = 1 << 18
const makeShared = 1 << 20
const detachLazily = 2

const definitions = {
  mount: { arguments: ['string', 'string', 'pointer', 'u64', 'pointer'], return: 'i32' },
  umount2: { arguments: ['string', 'i32'], return: 'i32' },
} as const

/** Undefined when this Node.js cannot call the C library. */
export function openMounts(): Mounts | undefined {
  const library = openLibrary(definitions)
  return library && new Mounts(library)
}

export class Mounts {
  readonly #library: Library<typeof definitions>

  constructor(library: Library<typeof definitions>) {
    this.#library = library
  }

  /** Makes `directory` a mount of its own: what is mounted below it later shows in its copies elsewhere. */
  share(directory: string): void {
    this.#mount(directory, directory, bind)
    // Out of the group of mounts that it was made in, before it begins one of its own.
    this.#mount('none', directory, makePrivate)
    this.#mount('none', directory, makeShared)
  }

  /**
   * Mounts `source` at `target`, read-only, without set-user-id programs and device nodes.
   * @param stage an empty directory, where it is put together: a change of flags would not reach the copies of
   *   `target`, but flags that are there before are copied with it
   */
  bindReadOnly(source: string, target: string, stage: string): void {
    this.#mount(source, stage, bind)
    try {
      this.#mount('none', stage, remount | bind | readOnly | noSetUserId | noDevices)
      this.#mount(stage, target, bind)
    } finally {
      this.detach(stage)
    }
  }

  /** Takes away what is mounted there, with all below it; whoever uses it keeps it until then. */
  detach(target: string): void {
    const { calls, check } = this.#library
    check(`unmount ${target}`, calls.umount2(target, detachLazily))
  }

  #mount(source: string, target: string, how: number): void {
    const { calls, check } = this.#library
    check(`mount ${source} at ${target}`, calls.mount(source, target, null, BigInt(how), null))
  }
}
