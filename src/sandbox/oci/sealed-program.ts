/**
 * A copy of an OCI runtime's program in memory that nothing can change any more.
 *
 * crun and runc protect the host's program from those who get hold of /proc/self/exe in a sandbox (CVE-2019-5736): at
 * each start they copy themselves into such memory and begin again from there, unless they see that they run there
 * already (runc's contrib/cmd/memfd-bind is made for this). One copy for all sandboxes of a server saves each of them
 * 1.6 ms and its own copy's memory. Called by: linux-runtime.ts.
 */
import { closeSync, fchmodSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { openLibrary } from '../c-library.ts'

/** Source: linux/memfd.h, linux/fcntl.h. */
const closeOnExec = 1
const allowSealing = 2
const executable = 0x10
const addSeals = 1033
/** No further seals, no shrinking, no growing, no writing: what crun and runc want to see. */
const allSeals = 1 | 2 | 4 | 8

const definitions = {
  memfd_create: { arguments: ['string', 'u32'], return: 'i32' },
  fcntl: { arguments: ['i32', 'i32', 'i32'], return: 'i32' },
} as const

export class SealedProgram implements Disposable {
  /** As long as this process lives and it is not disposed of. */
  readonly path: string
  readonly #descriptor: number

  private constructor(path: string, descriptor: number) {
    this.path = path
    this.#descriptor = descriptor
  }

  /**
   * @param program absolute path
   * @param directory of this server, where it gets the same name
   * @returns undefined where this host has nothing of the kind
   */
  static make(program: string, directory: string): SealedProgram | undefined {
    const library = openLibrary(definitions)
    if (!library) return undefined
    const { calls, check } = library
    const name = basename(program)
    let descriptor: number | undefined
    try {
      const bytes = readFileSync(program)
      descriptor = calls.memfd_create(name, closeOnExec | allowSealing | executable)
      // Before Linux 6.3 all were executable, and there was no word for it.
      if (descriptor < 0)
        descriptor = check('memfd_create', calls.memfd_create(name, closeOnExec | allowSealing))
      writeFileSync(descriptor, bytes)
      // A file that is open for writing cannot be run: nobody but root may open it so.
      fchmodSync(descriptor, 0o555)
      check('fcntl', calls.fcntl(descriptor, addSeals, allSeals))
      const path = join(directory, name)
      symlinkSync(`/proc/${process.pid}/fd/${descriptor}`, path)
      return new SealedProgram(path, descriptor)
    } catch {
      if (descriptor !== undefined && descriptor >= 0) closeSync(descriptor)
      return undefined
    }
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { force: true })
    closeSync(this.#descriptor)
  }
}
