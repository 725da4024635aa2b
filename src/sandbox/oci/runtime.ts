/**
 * What is different about an OCI runtime: what it can do, what its bundle looks like and how it is called.
 *
 * Control groups, networks, users and files of a sandbox are made by backend.ts alike for all.
 * Read next: linux-runtime.ts (crun, runc), gvisor.ts (runsc).
 */
import type { ChildProcess } from 'node:child_process'
import type { SandboxExit, SandboxId, SandboxSpec } from '../sandbox.ts'
import type { OciOptions } from './config.ts'

export type RuntimeName = 'crun' | 'runc' | 'runsc'

/** Disposed of when no sandbox is left. */
export interface OciRuntime extends Disposable {
  /** Whether directories that are mounted in a slot later show inside: see slots.ts. */
  readonly showsLateMounts: boolean
  /** Whether descriptors beyond the standard ones reach the process inside. */
  readonly canInherit: boolean
  /** Whether it mounts as root inside, who goes nowhere on the host but where everybody may. */
  readonly mountsAsUser: boolean
  /** What it needs of a sandbox's limits for itself. */
  readonly overhead: { readonly memoryBytes: number; readonly processes: number }
  /**
   * Finds out how it works on this host, once.
   * @param trial runs a sandbox to its end, and tells in words what went wrong
   * @throws SandboxStartError in words; may be tried again
   */
  prepare(trial: () => Promise<string | undefined>): Promise<void>
  /** Writes the bundle. @returns the command that becomes the sandbox, to be run in its control groups */
  writeBundle(bundle: Bundle): Promise<readonly string[]>
  /** Stops and starts all processes of a sandbox, where its control group must not. */
  freezer(process: Outermost, directory: string): Freezer | undefined
  /** See exit.ts. */
  decodeExit(code: number | null, signal: NodeJS.Signals | null, outOfMemory: boolean): SandboxExit
  /** Removes what it has left elsewhere than in the bundle of a sandbox that is dead. */
  forget(id: SandboxId): Promise<void>
}

/** The process that the command of a bundle has become. */
export type Outermost = Pick<ChildProcess, 'exitCode' | 'pid' | 'signalCode'>

/** See `Cgroup`, which is one. */
export interface Freezer {
  freeze(): Promise<void>
  thaw(): Promise<void>
}

/** One sandbox, as its runtime has to know it. */
export interface Bundle {
  /** Empty, and root's alone. */
  readonly directory: string
  readonly spec: SandboxSpec
  readonly options: OciOptions & { readonly networkPath: string }
  /** How many descriptors beyond the standard ones it is to pass on. */
  readonly descriptors: number
}

/** In the bundle: what the runtime says when it fails. */
export const logFile = 'log'
