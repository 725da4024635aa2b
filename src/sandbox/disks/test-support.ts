/** What the tests of this folder share. */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Log, silentLog } from '../../kernel/log.ts'
import type { ServerHome } from '../server-home.ts'
import { TmpDisks } from './tmp-disks.ts'

/** A reason to skip tests that make file systems, or false. */
export function whyNoDisks(): string | false {
  if (process.getuid?.() !== 0) return 'needs root'
  try {
    execFileSync('/bin/sh', ['-c', 'test -e /dev/loop-control && mke2fs -V'], { stdio: 'ignore' })
    return false
  } catch {
    return 'needs loop devices and e2fsprogs'
  }
}

/** In directories of its own, which go with it. */
export class TestDisks implements AsyncDisposable {
  readonly #root = mkdtempSync(join(tmpdir(), 'lambdad-disks-'))
  readonly home = join(this.#root, 'home')
  readonly directory: string
  readonly disks: TmpDisks
  readonly warnings: string[] = []
  readonly registered: string[] = []

  /**
   * @param directory on the disk to use; one of its own unless told
   * @param spare how many are made ahead: none unless told
   */
  constructor(directory?: string, spare = { each: 0, sizes: 0 }) {
    this.directory = directory ?? join(this.#root, 'disk')
    execFileSync('mkdir', ['-p', this.home, this.directory])
    const register = (lines: readonly string[]) => {
      this.registered.push(...lines)
      return Promise.resolve()
    }
    const home = { directory: this.home, register } as Partial<ServerHome> as ServerHome
    const warn: Log['warn'] = (_, message) => void this.warnings.push(message)
    const log = { ...silentLog, warn }
    this.disks = new TmpDisks({ directory: this.directory, home, log, spare })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.disks[Symbol.asyncDispose]()
    rmSync(this.#root, { recursive: true })
  }
}

/** An ext4 file system of its own with so much room, until disposal. */
export function smallDisk(megabytes: number): Disposable & { readonly path: string } {
  const root = mkdtempSync(join(tmpdir(), 'lambdad-small-'))
  const path = join(root, 'mounted')
  const script = `
    mkdir "$1/mounted" && truncate -s "$2M" "$1/image" && mke2fs -q -F -t ext4 -m 0 "$1/image" &&
    mount -o loop "$1/image" "$1/mounted"`
  execFileSync('/bin/sh', ['-c', script, 'sh', root, String(megabytes)], { stdio: 'pipe' })
  return {
    path,
    [Symbol.dispose]() {
      execFileSync('umount', [path])
      rmSync(root, { recursive: true })
    },
  }
}

/** The options of what is mounted there: of the mount, then of the file system. */
export function mountOptionsOf(path: string): string | undefined {
  const line = readFileSync('/proc/self/mountinfo', 'utf8')
    .split('\n')
    .find((each) => each.split(' ')[4] === path)
  return line && `${line.split(' ')[5]} ${line.split(' ').at(-1)}`
}
