/**
 * Child processes without a copy of this one: posix_spawn(3), by way of node:ffi.
 *
 * node:child_process forks: of a server of 100 MB the kernel copies the page tables, 2 to 4 ms in which nothing else is
 * served, and as long again to undo it piece by piece. posix_spawn lends the memory to the child until it execs.
 * What it is not: it has no shell, no PATH and no options; descriptors from 0 on are connected sockets, and those of a child
 * that has ended stay open until they are read to their end or destroyed, but for its standard input. Invariant: a
 * child that has ended is reaped, and is not killed afterwards, when its number may be another's.
 * Called by: oci/entered-shell.ts. Source: posix_spawn(3), waitpid(2).
 */
import { Socket } from 'node:net'
import os from 'node:os'
import { MessageChannel } from 'node:worker_threads'
import { assert } from '../kernel/assert.ts'
import { type Library, SystemCallError, openLibrary } from './c-library.ts'

const definitions = {
  socketpair: { arguments: ['i32', 'i32', 'i32', 'pointer'], return: 'i32' },
  close: { arguments: ['i32'], return: 'i32' },
  waitpid: { arguments: ['i32', 'pointer', 'i32'], return: 'i32' },
  posix_spawn: {
    arguments: ['pointer', 'string', 'pointer', 'pointer', 'pointer', 'pointer'],
    return: 'i32',
  },
  posix_spawn_file_actions_init: { arguments: ['pointer'], return: 'i32' },
  posix_spawn_file_actions_destroy: { arguments: ['pointer'], return: 'i32' },
  posix_spawn_file_actions_adddup2: { arguments: ['pointer', 'i32', 'i32'], return: 'i32' },
  posix_spawn_file_actions_addchdir_np: { arguments: ['pointer', 'string'], return: 'i32' },
  posix_spawnattr_init: { arguments: ['pointer'], return: 'i32' },
  posix_spawnattr_setflags: { arguments: ['pointer', 'i32'], return: 'i32' },
  posix_spawnattr_setsigmask: { arguments: ['pointer', 'pointer'], return: 'i32' },
  posix_spawnattr_setsigdefault: { arguments: ['pointer', 'pointer'], return: 'i32' },
} as const

/** Source: sys/socket.h, spawn.h, sys/wait.h. */
const unixFamily = 1
const streamCloseOnExec = 1 | 0o2000000
const setSignalDefaults = 0x04
const setSignalMask = 0x08
const noHang = 1
/** More than glibc's 80 and 336 bytes for what is opaque here, and than sigset_t's 128. */
const opaqueBytes = 1024
const pointerBytes = 8

const signalNames = new Map(
  Object.entries(os.constants.signals).map(([name, number]) => [number, name as NodeJS.Signals]),
)

/** What has become of a child: as of a `ChildProcess`. */
export interface ChildEnd {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

export class SpawnedProcess {
  readonly pid: number
  /** Our ends of its descriptors. */
  readonly stdio: readonly Socket[]
  readonly exited: Promise<ChildEnd>
  #end: ChildEnd | undefined
  #resolve!: (end: ChildEnd) => void

  constructor(pid: number, stdio: readonly Socket[]) {
    this.pid = pid
    this.stdio = stdio
    this.exited = new Promise((resolve) => {
      this.#resolve = resolve
    })
  }

  get stdin(): Socket {
    return this.stdio[0] as Socket
  }

  get stdout(): Socket {
    return this.stdio[1] as Socket
  }

  get stderr(): Socket {
    return this.stdio[2] as Socket
  }

  get exitCode(): number | null {
    return this.#end?.code ?? null
  }

  get signalCode(): NodeJS.Signals | null {
    return this.#end?.signal ?? null
  }

  /** False when it has ended. */
  kill(signal: NodeJS.Signals): boolean {
    return this.#end === undefined && process.kill(this.pid, signal)
  }

  /** By its spawner alone. */
  onExit(end: ChildEnd): void {
    this.#end = end
    this.stdin.destroy()
    this.#resolve(end)
  }
}

export class Spawner {
  readonly #library: Library<typeof definitions>
  readonly #children = new Map<number, SpawnedProcess>()
  /** Keeps this process alive while there are children, as node:child_process does. */
  readonly #alive = new MessageChannel().port1
  readonly #attributes = Buffer.alloc(opaqueBytes)
  readonly #status = Buffer.alloc(opaqueBytes)

  private constructor(library: Library<typeof definitions>) {
    this.#library = library
    const { calls } = library
    const none = Buffer.alloc(opaqueBytes)
    // Ours are not theirs: Node.js ignores SIGPIPE.
    const all = Buffer.alloc(opaqueBytes, 0xff)
    const attributes = this.#attributes
    checked('posix_spawnattr_init', calls.posix_spawnattr_init(attributes))
    const flags = setSignalDefaults | setSignalMask
    checked('setflags', calls.posix_spawnattr_setflags(attributes, flags))
    checked('setsigmask', calls.posix_spawnattr_setsigmask(attributes, none))
    checked('setsigdefault', calls.posix_spawnattr_setsigdefault(attributes, all))
    this.#alive.on('message', () => undefined)
    this.#alive.unref()
  }

  /** Undefined when this Node.js cannot call the C library, or that has no such function. */
  static open(): Spawner | undefined {
    const library = openLibrary(definitions)
    return library && new Spawner(library)
  }

  /**
   * Starts `command` in the root directory, with nothing in its environment.
   * @param command an absolute path, and arguments
   * @param descriptors how many sockets it has, the standard ones included
   * @throws SystemCallError
   */
  spawn(command: readonly [string, ...string[]], descriptors: number): SpawnedProcess {
    const stdio: Socket[] = []
    const theirs: number[] = []
    // First, for where SIGCHLD was ignored a child that ends is gone, and nobody knows how it ended.
    this.#listen()
    try {
      while (stdio.length < descriptors) {
        const [ours, their] = this.#socketPair()
        theirs.push(their)
        stdio.push(new Socket({ fd: ours, readable: true, writable: true }))
      }
      for (const socket of stdio) socket.on('error', () => undefined)
      const child = new SpawnedProcess(this.#spawn(command, theirs), stdio)
      this.#children.set(child.pid, child)
      return child
    } catch (error) {
      for (const socket of stdio) socket.destroy()
      throw error
    } finally {
      for (const their of theirs) this.#library.calls.close(their)
      this.#reap()
    }
  }

  #socketPair(): [number, number] {
    const { calls, check } = this.#library
    const pair = Buffer.alloc(opaqueBytes)
    check('socketpair', calls.socketpair(unixFamily, streamCloseOnExec, 0, pair))
    return [pair.readInt32LE(0), pair.readInt32LE(4)]
  }

  #spawn(command: readonly [string, ...string[]], descriptors: readonly number[]): number {
    const { calls } = this.#library
    const actions = Buffer.alloc(opaqueBytes)
    checked('posix_spawn_file_actions_init', calls.posix_spawn_file_actions_init(actions))
    try {
      for (const [target, source] of descriptors.entries()) {
        // Node.js has the first ones for itself: none is overwritten before its turn.
        assert(source >= descriptors.length, 'a new descriptor is beyond the standard ones')
        checked('adddup2', calls.posix_spawn_file_actions_adddup2(actions, source, target))
      }
      checked('addchdir', calls.posix_spawn_file_actions_addchdir_np(actions, '/'))
      const pid = Buffer.alloc(opaqueBytes)
      const words = this.#pointers(command)
      const environment = this.#pointers([])
      const attributes = this.#attributes
      checked(
        `posix_spawn ${command[0]}`,
        calls.posix_spawn(pid, command[0], actions, attributes, words, environment),
      )
      return pid.readInt32LE()
    } finally {
      calls.posix_spawn_file_actions_destroy(actions)
    }
  }

  /** `char *const[]`: the pointers, a null, and behind them what they point to. */
  #pointers(words: readonly string[]): Buffer {
    const texts = words.map((word) => Buffer.from(`${word}\0`))
    let at = (words.length + 1) * pointerBytes
    const bytes = at + texts.reduce((sum, text) => sum + text.length, 0)
    // So large that it is nowhere where it could be moved.
    const buffer = Buffer.alloc(Math.max(opaqueBytes, bytes))
    const address = this.#library.addressOf(buffer)
    for (const [index, text] of texts.entries()) {
      buffer.writeBigUInt64LE(address + BigInt(at), index * pointerBytes)
      text.copy(buffer, at)
      at += text.length
    }
    return buffer
  }

  #listen(): void {
    if (this.#children.size > 0) return
    process.on('SIGCHLD', this.#reap)
    this.#alive.ref()
  }

  /** One signal may stand for several children, and for those of others; with the last of ours nobody listens. */
  readonly #reap = (): void => {
    const { calls } = this.#library
    for (const child of [...this.#children.values()]) {
      const pid = calls.waitpid(child.pid, this.#status, noHang)
      if (pid === 0) continue
      this.#children.delete(child.pid)
      // It cannot fail, for nobody else waits for it.
      assert(pid === child.pid, `waitpid ${child.pid} gave ${pid}`)
      child.onExit(decodeStatus(this.#status.readInt32LE()))
    }
    if (this.#children.size > 0) return
    process.off('SIGCHLD', this.#reap)
    this.#alive.unref()
  }
}

/** These give the error itself, not in errno. @throws SystemCallError */
function checked(call: string, error: number): void {
  if (error !== 0) throw new SystemCallError(call, error)
}

/** Source: bits/waitstatus.h. */
function decodeStatus(status: number): ChildEnd {
  const signal = status & 0x7f
  if (signal === 0) return { code: (status >> 8) & 0xff, signal: null }
  return { code: null, signal: signalNames.get(signal) ?? 'SIGKILL' }
}
