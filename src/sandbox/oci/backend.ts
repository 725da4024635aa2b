/**
 * Sandboxes as OCI bundles, run in the foreground by an OCI runtime (crun, runc) as our child process.
 *
 * What it is not: careful about the order of calls; safe-sandbox.ts is. Invariant: nothing runs outside of
 * its control group, because a shell enters it before it becomes the OCI runtime. Called by: ../index.ts.
 * Read next: config.ts (the isolation itself), ../cgroups/cgroups.ts, network.ts.
 */
import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { access, constants, mkdir, open, realpath, rm, stat, writeFile } from 'node:fs/promises'
import type { Socket } from 'node:net'
import { delimiter, dirname, join } from 'node:path'
import type { Duplex, Readable } from 'node:stream'
import type { Clock } from '../../kernel/clock.ts'
import { randomHex } from '../../kernel/ids.ts'
import type { Log } from '../../kernel/log.ts'
import type { Cgroup, Cgroups } from '../cgroups/cgroups.ts'
import { cgroupLimits } from '../cgroups/cgroups.ts'
import { detectCgroups } from '../cgroups/detect.ts'
import { Connections, drained, keptOutput } from '../child-streams.ts'
import { hostUsers, outputDrainMs, peakMemoryAgeMs, runtimeLogBytesMax } from '../limits.ts'
import type { RawBackend, RawSandbox } from '../safe-sandbox.ts'
import { SandboxStartError } from '../sandbox.ts'
import type { SandboxExit, SandboxSpec } from '../sandbox.ts'
import { openServerHome } from '../server-home.ts'
import type { ServerHome } from '../server-home.ts'
import { ociConfig } from './config.ts'
import { decodeExit } from './exit.ts'
import { Precedence } from './precedence.ts'
import { NetworkPool } from './network.ts'
import type { LoopbackNetwork } from './network.ts'
import { hostUserLand, Skeletons } from './rootfs.ts'
import type { UserLand } from './rootfs.ts'

export interface OciBackendOptions {
  readonly runtime: 'crun' | 'runc'
  readonly runDirectory: string
  readonly cpu: 'shared' | 'strict'
  readonly log: Log
  readonly clock: Clock
}

/** Enters the control groups named before `--`, then becomes the command after it. */
const enterScript =
  'while [ "$1" != -- ]; do echo 0 >"$1" || exit 125; shift; done; shift; exec "$@"'

/** @throws SandboxStartError when this host lacks something, with words on how to mend it */
export async function createOciBackend(options: OciBackendOptions): Promise<RawBackend> {
  if (process.getuid?.() !== 0)
    throw new SandboxStartError(
      'Isolated sandboxes need root: start lambdad as root, or choose --isolation process.',
    )
  const program = await findProgram(options.runtime)
  const home = await openServerHome(options.runDirectory, options.log)
  try {
    await checkReachable(options.runDirectory)
    const { runtime, clock } = options
    const cgroups = await detectCgroups(`lambdad-${home.id}`, runtime, clock)
    await home.register(cgroups.register)
    await cgroups.prepare()
    const precedence = await Precedence.take(options.log)
    return new OciBackend(options, program, home, cgroups, await hostUserLand(), precedence)
  } catch (error) {
    await home[Symbol.asyncDispose]()
    throw error
  }
}

async function findProgram(name: string): Promise<string> {
  const path = `${process.env['PATH'] ?? ''}:/usr/local/bin:/usr/bin:/usr/local/sbin:/usr/sbin`
  for (const directory of path.split(delimiter)) {
    if (!directory.startsWith('/')) continue
    try {
      await access(join(directory, name), constants.X_OK)
      return join(directory, name)
    } catch {
      // Not here.
    }
  }
  throw new SandboxStartError(
    `Isolated sandboxes need ${name}, which is not installed: install it (Debian, Ubuntu: ` +
      `apt install ${name}; Fedora: dnf install ${name}), or choose --isolation process.`,
  )
}

/** The users inside a sandbox are nobody on the host, and reach their root file system as such. */
async function checkReachable(runDirectory: string): Promise<void> {
  for (let path = await realpath(runDirectory); ; path = dirname(path)) {
    if (((await stat(path)).mode & 0o001) === 0)
      throw new SandboxStartError(
        `The run directory ${runDirectory} cannot be reached by the users inside sandboxes: ` +
          `allow it (chmod o+x ${path}), or choose another, for example /run/lambdad.`,
      )
    if (path === '/') return
  }
}

class OciBackend implements RawBackend {
  readonly name: string
  readonly #options: OciBackendOptions
  readonly #program: string
  readonly #home: ServerHome
  readonly #cgroups: Cgroups
  readonly #userLand: UserLand
  readonly #precedence: Precedence
  readonly #skeletons: Skeletons
  readonly #networks = new NetworkPool()
  readonly #userSlots = new Set<number>()
  /** Where the search for a free slot begins: not where another server's does. */
  #nextUserSlot = Number.parseInt(randomHex(8), 16) % hostUsers.slots

  constructor(
    options: OciBackendOptions,
    program: string,
    home: ServerHome,
    cgroups: Cgroups,
    userLand: UserLand,
    precedence: Precedence,
  ) {
    this.name = options.runtime
    this.#options = options
    this.#program = program
    this.#home = home
    this.#cgroups = cgroups
    this.#userLand = userLand
    this.#precedence = precedence
    this.#skeletons = new Skeletons(join(home.directory, 'roots'), userLand)
  }

  async start(spec: SandboxSpec): Promise<RawSandbox> {
    const bundle = join(this.#home.directory, 'sandboxes', spec.id)
    const state = join(this.#home.directory, 'runtime')
    const userSlot = this.#takeUserSlot()
    const undo = new AsyncDisposableStack()
    undo.defer(() => void this.#userSlots.delete(userSlot))
    // The OCI runtime removes its state when it ends, but not when it is killed.
    undo.defer(() => rm(join(state, spec.id), { recursive: true, force: true }))
    undo.defer(() => rm(bundle, { recursive: true, force: true }))
    try {
      const making = [
        this.#cgroups.create(spec.id, cgroupLimits(spec.memoryMb, this.#options.cpu)),
        spec.runtimeApi === 'tcp' ? this.#networks.take() : Promise.resolve(undefined),
        this.#skeletons.for(spec.mounts.map((mount) => mount.target)),
        // Its configuration holds the function's environment, credentials included.
        mkdir(bundle, { mode: 0o700 }),
      ] as const
      // All of them, also when one fails: what the others made must be undone.
      const [group, network] = await Promise.allSettled(making)
      if (network.status === 'fulfilled' && network.value) undo.use(network.value)
      if (group.status === 'fulfilled') undo.defer(() => group.value.remove())
      const [cgroup, loopback, rootfs] = await Promise.all(making)
      const config = ociConfig(spec, {
        rootfs,
        userLand: this.#userLand.mounts,
        hostname: randomHex(12),
        userSlot,
        networkPath: loopback?.path,
        cgroupsPath: cgroup.inner,
      })
      await writeFile(join(bundle, 'config.json'), JSON.stringify(config))
      const child = this.#spawn(spec, cgroup, bundle, state)
      const sandbox = new OciSandbox(spec, this.#options, child, cgroup, loopback, bundle, undo)
      await once(child, 'spawn')
      return sandbox
    } catch (error) {
      await undo.disposeAsync()
      throw error
    }
  }

  #spawn(spec: SandboxSpec, cgroup: Cgroup, bundle: string, state: string): ChildProcess {
    const inherited = spec.runtimeApi === 'inherited'
    const run = [
      ...this.#precedence.yielding,
      ...[this.#program, '--root', state, '--log', join(bundle, 'log')],
      ...(this.#options.runtime === 'crun' ? ['--cgroup-manager=disabled'] : []),
      ...['run', ...(inherited ? ['--preserve-fds', '1'] : []), '--bundle', bundle, spec.id],
    ]
    const child = spawn('/bin/sh', ['-c', enterScript, 'sh', ...cgroup.entrances, '--', ...run], {
      // Standard input is a pipe of our own, closed at once, and never /dev/null: crun gives its standard
      // streams to the user inside (fchown), until its fix of issue 1845 the host's /dev/null as well.
      stdio: ['pipe', 'pipe', 'pipe', ...(inherited ? (['pipe'] as const) : [])],
      env: {},
      cwd: '/',
    })
    this.#precedence.giveBack(child.pid)
    child.stdin?.on('error', () => undefined).end()
    return child
  }

  #takeUserSlot(): number {
    if (this.#userSlots.size >= hostUsers.slots)
      throw new SandboxStartError(`No more than ${hostUsers.slots} sandboxes at once.`)
    while (this.#userSlots.has(this.#nextUserSlot))
      this.#nextUserSlot = (this.#nextUserSlot + 1) % hostUsers.slots
    this.#userSlots.add(this.#nextUserSlot)
    return this.#nextUserSlot
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#precedence[Symbol.dispose]()
    await this.#networks[Symbol.asyncDispose]()
    await this.#home[Symbol.asyncDispose]()
  }
}

class OciSandbox implements RawSandbox {
  readonly stdout: Readable
  readonly stderr: Readable
  readonly exited: Promise<SandboxExit>
  readonly #options: OciBackendOptions
  readonly #child: ChildProcess
  readonly #cgroup: Cgroup
  readonly #undo: AsyncDisposableStack
  readonly #connections = new Connections()
  #peak = { bytes: 0, readAtMs: -Infinity }
  #ended = false

  constructor(
    spec: SandboxSpec,
    options: OciBackendOptions,
    child: ChildProcess,
    cgroup: Cgroup,
    network: LoopbackNetwork | undefined,
    bundle: string,
    undo: AsyncDisposableStack,
  ) {
    this.#options = options
    this.#child = child
    this.#cgroup = cgroup
    this.#undo = undo
    this.stdout = keptOutput(child.stdout!)
    this.stderr = keptOutput(child.stderr!)
    if (network !== undefined) this.#connections.accept(network.server)
    const inherited = child.stdio[3]
    if (inherited) this.#connections.add(inherited as Socket)
    this.exited = new Promise((resolve, reject) => {
      child.once('exit', (code, signal) => {
        this.#atExit(code, signal, join(bundle, 'log'), spec).then(resolve, reject)
      })
    })
  }

  onConnection(listener: (connection: Duplex) => void): void {
    this.#connections.listen(listener)
  }

  peakMemoryBytes(): number {
    const nowMs = this.#options.clock.monotonicMs()
    if (this.#ended || nowMs - this.#peak.readAtMs < peakMemoryAgeMs) return this.#peak.bytes
    this.#peak = { bytes: this.#cgroup.peakMemoryBytes(), readAtMs: nowMs }
    return this.#peak.bytes
  }

  async freeze(): Promise<void> {
    await this.#cgroup.freeze()
  }

  async thaw(): Promise<void> {
    await this.#cgroup.thaw()
  }

  async remove(): Promise<void> {
    // The shell may not have entered its group yet.
    this.#child.kill('SIGKILL')
    await this.#cgroup.kill()
    await this.exited
    this.#connections.close()
    await drained(this.#child, this.#options.clock, outputDrainMs)
    // The first step of these kills and removes the group: until it has succeeded, the rest waits.
    await this.#cgroup.remove()
    await this.#undo.disposeAsync()
  }

  async #atExit(
    code: number | null,
    signal: NodeJS.Signals | null,
    logPath: string,
    spec: SandboxSpec,
  ): Promise<SandboxExit> {
    this.#peak.readAtMs = -Infinity
    this.peakMemoryBytes()
    this.#ended = true
    // Unreadable when the undertaker was faster; how the process ended is known all the same.
    const oomKills = await this.#cgroup.oomKills().catch(() => 0)
    const exit = decodeExit(code, signal, oomKills > 0)
    if (exit.code !== undefined && exit.code !== 0) {
      const said = await readStart(logPath)
      if (said !== '')
        this.#options.log.warn(
          { sandbox: spec.id, said },
          'the OCI runtime could not run the command',
        )
    }
    return exit
  }
}

/** The first bytes of a file, empty when it is not there. */
async function readStart(path: string): Promise<string> {
  try {
    await using file = await open(path)
    const { buffer, bytesRead } = await file.read(Buffer.alloc(runtimeLogBytesMax), 0)
    return buffer.toString('utf8', 0, bytesRead).trim()
  } catch {
    return ''
  }
}
