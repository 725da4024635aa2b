/**
 * runsc, gVisor's OCI runtime: the function's system calls are answered by a kernel in user space (the sentry), and
 * the host's kernel sees only the few that the sentry makes.
 *
 * runsc can neither join our user namespace nor, once in it, our network namespace. So both are entered before it
 * starts, and a pid and a mount namespace made inside: all of gVisor is a user of the host that is nobody else, whoever
 * breaks out of the sentry stands there, and with process 1, which is runsc, everything dies. What follows is that it
 * mounts as that user (`mountsAsUser`). Its configuration is that of crun without what gVisor has by itself.
 * Called by: backend.ts. Read next: config.ts; docs/isolation.md for what differs.
 */
import { chmod, chown, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { assert } from '../../kernel/assert.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import { gvisorOverhead, gvisorPlatforms, hostUsers, unixPathBytesMax } from '../limits.ts'
import { SandboxStartError } from '../sandbox.ts'
import type { SandboxExit } from '../sandbox.ts'
import { ociConfig } from './config.ts'
import { decodeExit, forcedSignals } from './exit.ts'
import { GvisorPause } from './gvisor-pause.ts'
import { type Bundle, type Freezer, type OciRuntime, type Outermost, logFile } from './runtime.ts'

/** Its name in a state directory that holds no other. Short: see `writeBundle`. */
const container = 'x'
/** In the bundle. */
const stateDirectory = 'state'

/**
 * In gVisor process 1 is like any other, so that every signal ends it. Those which shells and language runtimes use as
 * exit codes of their own (SIGHUP, SIGINT, SIGTERM) are taken for these.
 */
const endingSignals = [...forcedSignals, 'SIGABRT'] as const

export interface GvisorOptions {
  /** Absolute path of runsc. */
  readonly program: string
  readonly log: Log
  readonly clock: Clock
}

export class Gvisor implements OciRuntime {
  // Its mounts are made once.
  readonly showsLateMounts = false
  // `--pass-fd` came in 2023: nothing to rely on.
  readonly canInherit = false
  readonly mountsAsUser = true
  readonly overhead = gvisorOverhead
  readonly #options: GvisorOptions
  #platform: string | undefined
  #prepared: Promise<void> | undefined

  constructor(options: GvisorOptions) {
    this.#options = options
  }

  /** Chooses how the sentry gets at the function's system calls: the first way that works here. */
  prepare(trial: () => Promise<string | undefined>): Promise<void> {
    if (this.#prepared) return this.#prepared
    this.#prepared = this.#choosePlatform(trial)
    this.#prepared.catch(() => {
      this.#prepared = undefined
    })
    return this.#prepared
  }

  async #choosePlatform(trial: () => Promise<string | undefined>): Promise<void> {
    const complaints: string[] = []
    for (const platform of gvisorPlatforms) {
      this.#platform = platform
      // On a busy machine older ones give up on a start now and then.
      const complaint = (await trial()) && (await trial())
      if (complaint === undefined) {
        this.#options.log.info({ platform }, 'functions run in gVisor')
        return
      }
      complaints.push(`with --platform=${platform}: ${complaint}`)
    }
    throw new SandboxStartError(
      `${this.#options.program} cannot run sandboxes here. ${complaints.join(' ')} ` +
        'Choose --oci-runtime crun, or --isolation process.',
    )
  }

  async writeBundle({ directory, spec, options }: Bundle): Promise<readonly string[]> {
    const { userSlot, userNamespacePath, networkPath } = options
    assert(userNamespacePath !== undefined, 'gVisor has a user namespace to enter')
    assert(this.#platform !== undefined, 'gVisor has a platform')
    const state = join(directory, stateDirectory)
    // Newer ones put a socket there and, where its path is too long for that, into /tmp, where nobody would remove it.
    const socketBytes = Buffer.byteLength(join(state, `runsc-${container}.sock`))
    assert(socketBytes < unixPathBytesMax, `the path of the run directory is too long: ${state}`)
    const user = hostUsers.first + userSlot * hostUsers.perSandbox
    const config = JSON.stringify(gvisorConfig(spec, options))
    await mkdir(state, { mode: 0o700 })
    for (const [name, content] of [
      ['config.json', config],
      [logFile, ''],
    ] as const)
      await writeFile(join(directory, name), content, { mode: 0o600 })
    for (const name of [stateDirectory, 'config.json', logFile])
      await chown(join(directory, name), user, user)
    // It may go there, and change nothing but what is its own.
    await chmod(directory, 0o711)
    return [
      // Of a gVisor that crashes no core is dumped either: see config.ts.
      ...['prlimit', '--core=1', '--'],
      ...['nsenter', `--user=${userNamespacePath}`, `--net=${networkPath}`, '--'],
      ...['unshare', '--pid', '--fork', '--kill-child', '--mount-proc', '--propagation', 'slave'],
      ...['--', this.#options.program, '--root', state, '--log', join(directory, logFile)],
      // The sockets of the function are sockets of the network namespace that it is in; control groups are ours.
      ...[`--platform=${this.#platform}`, '--network=host', '--ignore-cgroups'],
      ...['run', '--bundle', directory, container],
    ]
  }

  freezer(process: Outermost, directory: string): Freezer | undefined {
    if (this.#platform !== 'systrap') return undefined
    const command = [this.#options.program, '--root', join(directory, stateDirectory)]
    return new GvisorPause(process, command, container, this.#options.clock)
  }

  decodeExit(
    code: number | null,
    signal: NodeJS.Signals | null,
    outOfMemory: boolean,
  ): SandboxExit {
    return decodeExit(code, signal, outOfMemory, endingSignals)
  }

  /** All it leaves is in the bundle. */
  async forget(): Promise<void> {}

  [Symbol.dispose](): void {}
}

/** It is in its user and network namespace already; gVisor is the filter of system calls, and has a /proc of its own. */
export function gvisorConfig(spec: Bundle['spec'], options: Bundle['options']) {
  const { linux, ...config } = ociConfig(spec, options)
  const entered = ['user', 'network', 'cgroup']
  const namespaces = linux.namespaces.filter(({ type }) => !entered.includes(type))
  return { ...config, linux: { namespaces } }
}
