/**
 * The Sandbox port: one isolated environment in which one runtime process runs for one function version.
 *
 * What it is not: it knows nothing of invocations, functions' states or concurrency; that is the data plane.
 * Invariant: after `destroy` has resolved, no process, mount, cgroup, namespace, socket or directory of the
 * sandbox is left. Called by: dataplane/execution-environment.ts. Read next: oci/backend.ts, safe-sandbox.ts.
 */
import type { Duplex, Readable } from 'node:stream'
import type { Brand } from '../kernel/brand.ts'
import type { RuntimeApiWay } from './runtime-api.ts'

export type SandboxId = Brand<string, 'SandboxId'>

/** A directory of the host that the sandbox sees, read-only. */
export interface ReadOnlyMount {
  readonly source: string
  /** For example `/var/task`, `/var/lang`, `/var/runtime`, `/opt`. */
  readonly target: string
}

export interface SandboxSpec {
  readonly id: SandboxId
  /** Absolute path inside the sandbox, then arguments. */
  readonly command: readonly string[]
  /** The whole environment of the process: nothing of the server's leaks in. */
  readonly env: Readonly<Record<string, string>>
  readonly workingDirectory: string
  readonly mounts: readonly ReadOnlyMount[]
  /** Hard limit in MiB; the process is killed beyond it (`SandboxExit.outOfMemory`). */
  readonly memoryMb: number
  /** Size of /tmp in MiB, the only place the process may write. */
  readonly tmpMb: number
  /**
   * How the process would best reach its Runtime API:
   * - `inherited`: file descriptor 3 is one connected stream socket (our own bootstraps). Where the back end has no
   *   way to hand one over it is `tcp` instead, and `Sandbox.runtimeApi` says so;
   * - `tcp`: `127.0.0.1:9001` inside the sandbox's own network namespace (everything else).
   */
  readonly runtimeApi: RuntimeApiWay
  /** Set for a sandbox that is made ahead of the function it will serve: it waits for `Sandbox.assign`. */
  readonly waiting?: {
    /** Where it will get directories: absolute paths. */
    readonly slots: readonly string[]
    /** Its standard input stays open until then, for a process that waits for its orders there. */
    readonly input: boolean
  }
}

/** How the process ended. Exactly one of `code` and `signal` is set. */
export interface SandboxExit {
  readonly code: number | undefined
  /** `SIGKILL`, `SIGSEGV`, ... */
  readonly signal: string | undefined
  readonly outOfMemory: boolean
}

export interface Sandbox {
  readonly id: SandboxId
  /**
   * How its process does reach its Runtime API. `runtimeApiVariables` of it are in the environment that the process was
   * started with; whoever gives a waiting one another environment puts them in there, too.
   */
  readonly runtimeApi: RuntimeApiWay
  readonly stdout: Readable
  readonly stderr: Readable
  /** Called for each connection of the process to its Runtime API; at once for one that waits already. */
  onConnection(listener: (connection: Duplex) => void): void
  /** Resolves, never rejects, when the process has ended, whoever ended it. */
  readonly exited: Promise<SandboxExit>
  /**
   * Once, and only of a sandbox that waits: mounts directories at its slots, gives it its share of the processors,
   * and `input`, if it reads any. @throws Error when that fails; the sandbox is destroyed then.
   */
  assign(mounts: readonly ReadOnlyMount[], input?: string): Promise<void>
  /** Highest memory use so far, bytes; 0 where the back end cannot tell. Cheap: may be some 100 ms old. */
  peakMemoryBytes(): number
  /** Processor time of all its processes so far, ms; 0 where the back end cannot tell. Some small reads: ask seldom. */
  cpuTimeMs(): number
  /**
   * Gives it so many times its share of the processors, for when they are short; 0 leaves it what sandboxes that have
   * one do not want, and they need not wait for it. Cheap; does nothing where there are no shares, and no more once it
   * is destroyed.
   */
  favour(times: number): void
  /**
   * Whether its processes, when they are woken, wait for whoever runs, up to the kernel's next tick, instead of pushing
   * them aside as they do otherwise. A call or two for each thread; does nothing without isolation or node:ffi.
   */
  letFinish(waits: boolean): void
  /** Stops all its processes from running; they keep their state. Idempotent. */
  freeze(): Promise<void>
  thaw(): Promise<void>
  /** Takes memory from it that it can do without, as far as the host can: what it needs again is read again. */
  reclaim(): Promise<void>
  /**
   * Kills everything in it and removes every trace. Idempotent, safe in any state, also while starting; the
   * first reason is the one that is kept. Resolves when nothing is left.
   */
  destroy(reason: string): Promise<void>
  /** Why it was destroyed, once it was. */
  readonly endReason: string | undefined
}

/** Makes sandboxes of one kind. */
export interface SandboxBackend extends AsyncDisposable {
  /** `crun`, `runc`, `runsc` or `process`. */
  readonly name: string
  /** Whether it can make sandboxes that wait (`SandboxSpec.waiting`). */
  readonly canWait: boolean
  /**
   * Makes what takes a while and every sandbox needs. The first start would do so as well; but whoever is to tell a
   * person what the host lacks asks for it before. @throws SandboxStartError in words; may be tried again
   */
  prepare(): Promise<void>
  /**
   * Resolves once the process is spawned (it may fail right after: see `exited`).
   * @throws SandboxStartError with words on what failed and how to mend it; nothing is left behind then.
   */
  start(spec: SandboxSpec): Promise<Sandbox>
}

export class SandboxStartError extends Error {
  override readonly name = 'SandboxStartError'
}
