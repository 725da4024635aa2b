/**
 * Sandboxes as OCI bundles, run in the foreground by an OCI runtime (crun, runc) as our child process.
 *
 * What it is not: careful about the order of calls; safe-sandbox.ts is. Invariant: nothing runs outside of
 * its control group, because a shell enters it before it becomes the OCI runtime. Called by: ../index.ts.
 * Read next: config.ts (the isolation itself), ../cgroups/cgroups.ts, ../network/networks.ts.
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
import type { Cgroup, CgroupLimits, Cgroups } from '../cgroups/cgroups.ts'
import { cgroupLimits, waitingCpuLimits } from '../cgroups/cgroups.ts'
import { detectCgroups } from '../cgroups/detect.ts'
import { Connections, drained, keptOutput } from '../child-streams.ts'
import { outputDrainMs, peakMemoryAgeMs, runtimeLogBytesMax, spareNetworks } from '../limits.ts'
import { NetworksOnDemand } from '../network/networks-on-demand.ts'
import { checkNetworkChoice } from '../network/networks.ts'
import type { NetworkChoice, SandboxNetwork } from '../network/networks.ts'
import type { RawBackend, RawSandbox } from '../safe-sandbox.ts'
import { SandboxStartError } from '../sandbox.ts'
import type { ReadOnlyMount, SandboxExit, SandboxSpec } from '../sandbox.ts'
import { openServerHome } from '../server-home.ts'
import type { ServerHome } from '../server-home.ts'
import { CompiledFilter } from './compiled-filter.ts'
import { ociConfig } from './config.ts'
import { decodeExit } from './exit.ts'
import { HostUsers } from './host-users.ts'
import { Precedence } from './precedence.ts'
import { readyDescriptor, saidReady, sayingReady } from './ready.ts'
import { hostUserLand, Skeletons } from './rootfs.ts'
import type { UserLand } from './rootfs.ts'
import { Slots } from './slots.ts'
import type { SandboxSlots } from './slots.ts'

export interface OciBackendOptions {
  readonly runtime: 'crun' | 'runc'
  readonly runDirectory: string
  readonly cpu: 'shared' | 'strict'
  readonly network: NetworkChoice
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
  await using undo = new AsyncDisposableStack()
  const home = undo.use(await openServerHome(options.runDirectory, options.log))
  await checkReachable(options.runDirectory)
  const { runtime, clock, log } = options
  const cgroups = await detectCgroups(`lambdad-${home.id}`, runtime, clock)
  await home.register(cgroups.register)
  await cgroups.prepare()
  const register = (lines: readonly string[]): Promise<void> => home.register(lines)
  checkNetworkChoice(options.network)
  const network = { ...options.network, serverId: home.id, spare: spareNetworks, register, log }
  const networks = undo.use(new NetworksOnDemand(network))
  const precedence = Precedence.take(log)
  const slots = await Slots.open(home)
  if (slots) undo.use(slots)
  else
    log.warn({}, 'this Node.js has no node:ffi: no sandbox is made ahead, cold starts take longer')
  const userLand = await hostUserLand()
  const host = { program, home, cgroups, networks, userLand, precedence, slots }
  const backend = new OciBackend(options, host)
  undo.move()
  return backend
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

/** What of the host a back end works with. */
interface Host {
  /** The OCI runtime. */
  readonly program: string
  readonly home: ServerHome
  readonly cgroups: Cgroups
  readonly networks: NetworksOnDemand
  readonly userLand: UserLand
  readonly precedence: Precedence
  /** Undefined where sandboxes cannot wait. */
  readonly slots: Slots | undefined
}

class OciBackend implements RawBackend {
  readonly name: string
  readonly canWait: boolean
  readonly #options: OciBackendOptions
  readonly #host: Host
  readonly #skeletons: Skeletons
  readonly #users: HostUsers
  /** Of crun; runc has nothing of the kind. */
  readonly #filter: CompiledFilter | undefined

  constructor(options: OciBackendOptions, host: Host) {
    this.name = options.runtime
    this.canWait = host.slots !== undefined
    this.#options = options
    this.#host = host
    this.#users = new HostUsers(options.runtime, options.log)
    this.#filter = options.runtime === 'crun' ? new CompiledFilter(options.clock) : undefined
    this.#skeletons = new Skeletons(join(host.home.directory, 'roots'), host.userLand)
  }

  async prepare(): Promise<void> {
    await this.#host.networks.prepare()
  }

  async start(spec: SandboxSpec): Promise<RawSandbox> {
    const bundle = join(this.#host.home.directory, 'sandboxes', spec.id)
    const state = join(this.#host.home.directory, 'runtime')
    const limits = cgroupLimits(spec.memoryMb, this.#options.cpu)
    const slotTargets = spec.waiting?.slots ?? []
    const undo = new AsyncDisposableStack()
    // The OCI runtime removes its state when it ends, but not when it is killed.
    undo.defer(() => rm(join(state, spec.id), { recursive: true, force: true }))
    undo.defer(() => rm(bundle, { recursive: true, force: true }))
    try {
      const making = [
        this.#host.cgroups.create(spec.id, {
          ...limits,
          ...(spec.waiting ? waitingCpuLimits : {}),
        }),
        this.#host.networks.take(),
        this.#makeSlots(spec),
        this.#users.take(),
        this.#skeletons.for([...spec.mounts.map((mount) => mount.target), ...slotTargets]),
        // Its configuration holds the function's environment, credentials included.
        mkdir(bundle, { mode: 0o700 }),
      ] as const
      // All of them, also when one fails: what the others made must be undone.
      const [madeGroup, madeNetwork, madeSlots, madeUser] = await Promise.allSettled(making)
      if (madeUser.status === 'fulfilled') undo.defer(() => madeUser.value.giveBack())
      if (madeSlots.status === 'fulfilled' && madeSlots.value) undo.use(madeSlots.value)
      if (madeNetwork.status === 'fulfilled') undo.use(madeNetwork.value)
      if (madeGroup.status === 'fulfilled') undo.defer(() => madeGroup.value.remove())
      const [cgroup, network, slots, user, rootfs] = await Promise.all(making)
      const config = ociConfig(spec.waiting ? sayingReady(spec) : spec, {
        rootfs,
        userLand: this.#host.userLand.mounts,
        hostname: randomHex(12),
        userSlot: user.slot,
        userNamespacePath: user.path,
        networkPath: network.path,
        ...(slots ? { slots: slots.mounts } : {}),
        cgroupsPath: cgroup.inner,
        ...(this.#filter ? { annotations: this.#filter.annotations } : {}),
      })
      await writeFile(join(bundle, 'config.json'), JSON.stringify(config))
      const child = this.#spawn(spec, cgroup, bundle, state)
      const parts = { child, cgroup, limits, network, slots, bundle, undo }
      const sandbox = new OciSandbox(spec, this.#options, parts)
      await once(child, 'spawn')
      this.#filter?.learn(join(state, spec.id))
      return sandbox
    } catch (error) {
      await undo.disposeAsync()
      throw error
    }
  }

  async #makeSlots({ id, waiting }: SandboxSpec): Promise<SandboxSlots | undefined> {
    return waiting && (await this.#host.slots?.make(id, waiting.slots))
  }

  #spawn(spec: SandboxSpec, cgroup: Cgroup, bundle: string, state: string): ChildProcess {
    const given = [spec.runtimeApi === 'inherited', spec.waiting !== undefined].filter(Boolean)
    const run = [
      ...[this.#host.program, '--root', state, '--log', join(bundle, 'log')],
      ...(this.#options.runtime === 'crun' ? ['--cgroup-manager=disabled'] : []),
      ...['run', '--preserve-fds', String(given.length), '--bundle', bundle, spec.id],
    ]
    const child = spawn('/bin/sh', ['-c', enterScript, 'sh', ...cgroup.entrances, '--', ...run], {
      // Standard input is a pipe of our own, closed at once or with the orders, and never /dev/null: crun gives its standard
      // streams to the user inside (fchown), until its fix of issue 1845 the host's /dev/null as well.
      stdio: ['pipe', 'pipe', 'pipe', ...given.map(() => 'pipe' as const)],
      env: {},
      cwd: '/',
    })
    this.#host.precedence.yieldFrom(child.pid)
    child.stdin?.on('error', () => undefined)
    if (spec.waiting?.input !== true) child.stdin?.end()
    return child
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#host.precedence[Symbol.dispose]()
    await this.#host.networks[Symbol.asyncDispose]()
    this.#host.slots?.[Symbol.dispose]()
    await this.#users[Symbol.asyncDispose]()
    await this.#host.home[Symbol.asyncDispose]()
  }
}

/** What one sandbox is made of. */
interface SandboxParts {
  readonly child: ChildProcess
  readonly cgroup: Cgroup
  /** Those of its function. */
  readonly limits: CgroupLimits
  readonly network: SandboxNetwork
  /** Of one that waits. */
  readonly slots: SandboxSlots | undefined
  readonly bundle: string
  /** Removes every trace but the control group's processes. */
  readonly undo: AsyncDisposableStack
}

class OciSandbox implements RawSandbox {
  readonly stdout: Readable
  readonly stderr: Readable
  readonly exited: Promise<SandboxExit>
  readonly #options: OciBackendOptions
  readonly #parts: SandboxParts
  readonly #connections = new Connections()
  /** Resolves when its process runs; undefined for one that does not wait. */
  readonly #ready: Promise<void> | undefined
  #peak = { bytes: 0, readAtMs: -Infinity }
  #ended = false

  constructor(spec: SandboxSpec, options: OciBackendOptions, parts: SandboxParts) {
    const { child, network, bundle } = parts
    this.#options = options
    this.#parts = parts
    this.stdout = keptOutput(child.stdout!)
    this.stderr = keptOutput(child.stderr!)
    if (spec.runtimeApi === 'inherited') {
      this.#connections.add(child.stdio[3] as Socket)
      network.runtimeApi.on('connection', (connection: Socket) => connection.destroy())
    } else this.#connections.accept(network.runtimeApi)
    if (spec.waiting)
      this.#ready = saidReady(child.stdio[readyDescriptor(spec)] as Socket, options.clock)
    this.exited = new Promise((resolve, reject) => {
      child.once('exit', (code, signal) => {
        this.#atExit(code, signal, join(bundle, 'log'), spec).then(resolve, reject)
      })
    })
  }

  onConnection(listener: (connection: Duplex) => void): void {
    this.#connections.listen(listener)
  }

  async assign(mounts: readonly ReadOnlyMount[], input: string | undefined): Promise<void> {
    const { cgroup, limits, slots, child } = this.#parts
    cgroup.limitCpu(limits)
    await this.#ready
    slots?.fill(mounts)
    if (input !== undefined) child.stdin?.end(input)
  }

  peakMemoryBytes(): number {
    const nowMs = this.#options.clock.monotonicMs()
    if (this.#ended || nowMs - this.#peak.readAtMs < peakMemoryAgeMs) return this.#peak.bytes
    this.#peak = { bytes: this.#parts.cgroup.peakMemoryBytes(), readAtMs: nowMs }
    return this.#peak.bytes
  }

  async freeze(): Promise<void> {
    await this.#parts.cgroup.freeze()
  }

  async thaw(): Promise<void> {
    await this.#parts.cgroup.thaw()
  }

  async reclaim(): Promise<void> {
    await this.#parts.cgroup.reclaim()
  }

  async remove(): Promise<void> {
    // The shell may not have entered its group yet.
    this.#parts.child.kill('SIGKILL')
    await this.#parts.cgroup.kill()
    await this.exited
    this.#connections.close()
    await drained(this.#parts.child, this.#options.clock, outputDrainMs)
    // The first step of these kills and removes the group: until it has succeeded, the rest waits.
    await this.#parts.cgroup.remove()
    await this.#parts.undo.disposeAsync()
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
    const oomKills = await this.#parts.cgroup.oomKills().catch(() => 0)
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
