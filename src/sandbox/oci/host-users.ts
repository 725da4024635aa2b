/**
 * Which users of the host are a sandbox's users inside, and where the OCI runtime can, in whose user namespace.
 *
 * Invariant: no two sandboxes have the same range at a time. Where a host lets nobody but root make user namespaces,
 * root makes them, one for each sandbox, and the kernel counts what is in them for root: that is said once.
 * Called by: backend.ts. Read next: user-namespaces.ts.
 */
import { randomHex } from '../../kernel/ids.ts'
import type { Log } from '../../kernel/log.ts'
import { hostUsers } from '../limits.ts'
import { SandboxStartError } from '../sandbox.ts'
import type { RuntimeName } from './runtime.ts'
import { UserNamespaces } from './user-namespaces.ts'

export interface HostUser {
  /** See `hostUsers`. */
  readonly slot: number
  /** The user namespace to join; undefined for one that the OCI runtime makes, as runsc does not. */
  readonly path: string | undefined
}

export class HostUsers implements AsyncDisposable {
  readonly #runtime: RuntimeName
  readonly #log: Log
  /** Undefined where they are not used. */
  #namespaces: UserNamespaces | undefined
  #hasMadeOne = false
  readonly #taken = new Set<number>()
  /** Where the search for a free slot begins: not where another server's does. */
  #next = Number.parseInt(randomHex(8), 16) % hostUsers.slots

  /** @param runtime runc up to 1.1 cannot join a namespace that another user made */
  constructor(runtime: RuntimeName, log: Log) {
    this.#runtime = runtime
    this.#log = log
    // In gVisor what a function can use up is counted by gVisor, whoever has made its namespace.
    this.#namespaces = runtime === 'runc' ? undefined : new UserNamespaces(runtime === 'runsc')
  }

  /** @throws SandboxStartError when there are as many sandboxes as there may be */
  async take(): Promise<HostUser & { giveBack(): void }> {
    const namespaces = this.#namespaces
    if (namespaces) {
      try {
        const namespace = await namespaces.take()
        this.#hasMadeOne = true
        return { ...namespace, giveBack: () => namespaces.giveBack(namespace) }
      } catch (error) {
        // Where it has worked once, it is not the host that forbids it.
        if (this.#hasMadeOne || this.#runtime === 'runsc') throw error
        this.#namespaces = undefined
        this.#log.warn(
          { error: (error as Error).message },
          'users of this host may not make user namespaces: inotify instances and timers are shared by all functions',
        )
      }
    }
    const slot = this.#takeSlot()
    return { slot, path: undefined, giveBack: () => void this.#taken.delete(slot) }
  }

  #takeSlot(): number {
    if (this.#taken.size >= hostUsers.slots)
      throw new SandboxStartError(`No more than ${hostUsers.slots} sandboxes at once.`)
    while (this.#taken.has(this.#next)) this.#next = (this.#next + 1) % hostUsers.slots
    this.#taken.add(this.#next)
    return this.#next
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#namespaces?.[Symbol.asyncDispose]()
  }
}
