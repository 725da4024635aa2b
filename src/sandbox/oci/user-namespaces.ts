/**
 * User namespaces, each made by a user of the host of its own: the one that is root inside.
 *
 * The kernel counts inotify instances, queued signals, processes and the like not only for the user who has them but,
 * for a namespace's users, for the one who made the namespace as well (struct ucounts). Were all made by root, one
 * sandbox could use up what root may have, for all other sandboxes and for the host's own services. An OCI runtime
 * makes them as root, so that it is given them ready-made.
 * Invariant: a namespace is held by one sandbox at a time; one that is free waits for the next, and costs a descriptor.
 * Called by: backend.ts.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { open, writeFile } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { text } from 'node:stream/consumers'
import { randomHex } from '../../kernel/ids.ts'
import { hostUsers } from '../limits.ts'
import { SandboxStartError } from '../sandbox.ts'

export interface UserNamespace {
  /** Which range of host users its users are; see `hostUsers`. */
  readonly slot: number
  /** By which another process joins it, as long as this process lives and it is not disposed of. */
  readonly path: string
}

export class UserNamespaces implements AsyncDisposable {
  readonly #files = new Map<UserNamespace, FileHandle>()
  readonly #spare: UserNamespace[] = []
  readonly #elseByRoot: boolean
  readonly #makeBy: typeof makeUserNamespace
  #byRoot = false
  /** Where the next one is made: not where another server's is. */
  #nextSlot = Number.parseInt(randomHex(8), 16) % hostUsers.slots

  /** @param elseByRoot where a host lets nobody but root make them, root makes them all */
  constructor(elseByRoot = false, makeBy = makeUserNamespace) {
    this.#elseByRoot = elseByRoot
    this.#makeBy = makeBy
  }

  /** @throws SandboxStartError when there are as many as there may be, or one cannot be made */
  async take(): Promise<UserNamespace> {
    const spare = this.#spare.pop()
    if (spare !== undefined) return spare
    if (this.#files.size >= hostUsers.slots)
      throw new SandboxStartError(`No more than ${hostUsers.slots} sandboxes at once.`)
    const slot = this.#nextSlot
    this.#nextSlot = (slot + 1) % hostUsers.slots
    const file = await this.#make(hostUsers.first + slot * hostUsers.perSandbox)
    const namespace = { slot, path: `/proc/${process.pid}/fd/${file.fd}` }
    this.#files.set(namespace, file)
    return namespace
  }

  async #make(user: number): Promise<FileHandle> {
    if (this.#byRoot) return await this.#makeBy(user, 0)
    try {
      return await this.#makeBy(user, user)
    } catch (error) {
      // Where it has worked once, it is not the host that forbids it.
      if (!this.#elseByRoot || this.#files.size > 0) throw error
      this.#byRoot = true
      return await this.#makeBy(user, 0)
    }
  }

  /** Nothing of the sandbox is left in it. */
  giveBack(namespace: UserNamespace): void {
    this.#spare.push(namespace)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const file of this.#files.values()) await file.close()
    this.#files.clear()
    this.#spare.length = 0
  }
}

/** @param user the first of the host's users that are users inside @param maker of the host who makes it */
export async function makeUserNamespace(user: number, maker: number): Promise<FileHandle> {
  // It waits until its namespace has users and is held.
  const script = 'echo made && read -r _'
  const child = spawn('unshare', ['--user', '--', '/bin/sh', '-c', script], {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
    cwd: '/',
    uid: maker,
    gid: maker,
  })
  child.stdin.on('error', () => undefined)
  const ended = once(child, 'exit')
  const failed = text(child.stderr)
  try {
    const [made] = await Promise.race([once(child.stdout, 'data'), ended])
    if (!Buffer.isBuffer(made)) throw new Error((await failed).trim())
    const mapping = `0 ${user} ${hostUsers.perSandbox}`
    await writeFile(`/proc/${child.pid}/uid_map`, mapping)
    await writeFile(`/proc/${child.pid}/gid_map`, mapping)
    return await open(`/proc/${child.pid}/ns/user`)
  } catch (error) {
    throw new SandboxStartError(`A user namespace could not be made: ${(error as Error).message}`, {
      cause: error,
    })
  } finally {
    child.stdin.end()
    await ended
  }
}
