/**
 * Sandboxes as OCI bundles, run in the foreground by an OCI runtime (crun, runc, runsc) as our child process.
 *
 * What it is not: careful about the order of calls; safe-sandbox.ts is. Invariant: nothing runs outside of
 * its control group, because a shell enters it (entered-shell.ts) before it becomes the OCI runtime. Called by: ../index.ts.
 * Read next: oci-sandbox.ts, runtime.ts, config.ts (the isolation itself), ../cgroups/cgroups.ts, ../network/networks.ts.
 */
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import type { Clock } from '../../kernel/clock.ts'
import { randomHex } from '../../kernel/ids.ts'
import { type Log, silentLog } from '../../kernel/log.ts'
import type { Cgroup, CgroupLimits, Cgroups } from '../cgroups/cgroups.ts'
import { cgroupLimits, waitingCpuLimits } from '../cgroups/cgroups.ts'
import { detectCgroups } from '../cgroups/detect.ts'
import { HostShare } from '../cgroups/host-share.ts'
import { quickenEntering } from '../cgroups/quick-entering.ts'
import { TmpDisks } from '../disks/tmp-disks.ts'
import type { TmpDisk } from '../disks/tmp-disks.ts'
import { memoryMbMin, spareNetworks } from '../limits.ts'
import { Spawner } from '../posix-spawn.ts'
import { NetworksOnDemand } from '../network/networks-on-demand.ts'
import { checkNetworkChoice } from '../network/networks.ts'
import type { NetworkChoice, SandboxNetwork } from '../network/networks.ts'
import type { RawBackend, RawSandbox } from '../safe-sandbox.ts'
import { SandboxStartError } from '../sandbox.ts'
import type { SandboxId, SandboxSpec } from '../sandbox.ts'
import { openServerHome } from '../server-home.ts'
import type { ServerHome } from '../server-home.ts'
import { EnteredShell } from './entered-shell.ts'
import { Gvisor } from './gvisor.ts'
import { HostUsers } from './host-users.ts'
import type { HostUser } from './host-users.ts'
import { LinuxRuntime } from './linux-runtime.ts'
import { OciSandbox } from './oci-sandbox.ts'
import { Precedence } from './precedence.ts'
import { findProgram } from './program.ts'
import { checkReachable } from './reachable.ts'
import { sayingReady } from './ready.ts'
import { hostUserLand, Skeletons } from './rootfs.ts'
import type { UserLand } from './rootfs.ts'
import type { OciRuntime, RuntimeName } from './runtime.ts'
import { Slots } from './slots.ts'
import type { SandboxSlots } from './slots.ts'

export interface OciBackendOptions {
  readonly runtime: RuntimeName
  readonly runDirectory: string
  readonly diskDirectory: string
  readonly cpu: 'shared' | 'strict'
  readonly network: NetworkChoice
  readonly log: Log
  readonly clock: Clock
}

/** What is run to see whether an OCI runtime works here. */
const trial = {
  command: ['/bin/true'],
  env: {},
  workingDirectory: '/',
  mounts: [],
  memoryMb: memoryMbMin,
  tmpMb: 16,
  runtimeApi: 'tcp',
} as const

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
  const disks = undo.use(new TmpDisks({ directory: options.diskDirectory, home, log }))
  const precedence = Precedence.take(log)
  const share = undo.use(new HostShare(cgroups, { clock, log }))
  const slots = await Slots.open(home)
  if (slots) undo.use(slots)
  else
    log.warn({}, 'this Node.js has no node:ffi: no sandbox is made ahead, cold starts take longer')
  const userLand = await hostUserLand()
  const { directory } = home
  const ociRuntime =
    runtime === 'runsc'
      ? new Gvisor({ program, log, clock })
      : new LinuxRuntime({ name: runtime, program, directory, clock })
  const spawner = Spawner.open()
  const made = { home, cgroups, networks, disks, userLand, precedence, share, slots, spawner }
  const host = { runtime: ociRuntime, ...made }
  const backend = new OciBackend(options, host)
  undo.move()
  return backend
}

/** What of the host a back end works with. */
interface Host {
  readonly runtime: OciRuntime
  readonly home: ServerHome
  readonly cgroups: Cgroups
  readonly networks: NetworksOnDemand
  readonly disks: TmpDisks
  readonly userLand: UserLand
  readonly precedence: Precedence
  readonly share: HostShare
  /** Undefined where sandboxes cannot wait. */
  readonly slots: Slots | undefined
  /** Undefined where this Node.js can only fork. */
  readonly spawner: Spawner | undefined
}

interface Entered extends AsyncDisposable {
  readonly cgroup: Cgroup
  readonly shell: EnteredShell
}

/** What its configuration names. */
interface Made {
  readonly network: SandboxNetwork
  readonly slots: SandboxSlots | undefined
  readonly user: HostUser
  readonly disk: TmpDisk | undefined
  readonly rootfs: string
}

class OciBackend implements RawBackend {
  readonly name: string
  readonly canWait: boolean
  readonly canInherit: boolean
  readonly #options: OciBackendOptions
  readonly #host: Host
  readonly #skeletons: Skeletons
  readonly #users: HostUsers
  /** Asked for by the first start: a server's own start has no time for it. */
  #quickened: Promise<void> | undefined

  constructor(options: OciBackendOptions, host: Host) {
    this.name = options.runtime
    this.canWait = host.slots !== undefined && host.runtime.showsLateMounts
    this.canInherit = host.runtime.canInherit
    this.#options = options
    this.#host = host
    this.#users = new HostUsers(options.runtime, options.log)
    this.#skeletons = new Skeletons(join(host.home.directory, 'roots'), host.userLand)
  }

  async prepare(): Promise<void> {
    await Promise.all([this.#host.networks.prepare(), this.#host.disks.prepare()])
    await this.#host.runtime.prepare(() => this.#try())
  }

  async start(spec: SandboxSpec): Promise<RawSandbox> {
    await this.#host.runtime.prepare(() => this.#try())
    return await this.#start(spec, this.#options)
  }

  /** Runs a sandbox to its end, and tells in words what went wrong. */
  async #try(): Promise<string | undefined> {
    const spec = { ...trial, id: `trial-${randomHex(12)}` as SandboxId }
    const sandbox = await this.#start(spec, { ...this.#options, log: silentLog })
    sandbox.stdout.resume()
    const [exit, said] = await Promise.all([sandbox.exited, text(sandbox.stderr)])
    await sandbox.remove()
    return exit.code === 0 ? undefined : said.trim() || `ended with ${exit.code ?? exit.signal}`
  }

  async #start(spec: SandboxSpec, options: OciBackendOptions): Promise<RawSandbox> {
    const { runtime, home } = this.#host
    this.#quickened ??= quickenEntering(`lambdad-${home.id}`, home.directory, options.log)
    const bundle = join(home.directory, 'sandboxes', spec.id)
    const limits = cgroupLimits(spec.memoryMb, this.#options.cpu)
    const slotTargets = spec.waiting?.slots ?? []
    const given = [spec.runtimeApi === 'inherited', spec.waiting !== undefined].filter(Boolean)
    const undo = new AsyncDisposableStack()
    undo.defer(() => runtime.forget(spec.id))
    undo.defer(() => rm(bundle, { recursive: true, force: true }))
    try {
      const entering = this.#enter(spec, limits, given.length)
      const making = [
        this.#host.networks.take(),
        this.#makeSlots(spec),
        this.#users.take(),
        this.#host.disks.take(spec.tmpMb),
        this.#skeletons.for([...spec.mounts.map((mount) => mount.target), ...slotTargets]),
        // Its configuration holds the function's environment, credentials included.
        mkdir(bundle, { mode: 0o700 }),
      ] as const
      const writing = Promise.all(making).then(async ([network, slots, user, disk, rootfs]) => {
        await disk?.giveTo(user.slot)
        const made = { network, slots, user, disk, rootfs }
        return {
          network,
          slots,
          command: await this.#writeBundle(spec, bundle, made, given.length),
        }
      })
      // All of them, also when one fails: what the others made must be undone.
      const [entered, madeNetwork, madeSlots, madeUser, madeDisk] = await Promise.allSettled([
        entering,
        ...making,
        writing,
      ])
      if (madeDisk.status === 'fulfilled' && madeDisk.value) undo.use(madeDisk.value)
      if (madeUser.status === 'fulfilled') undo.defer(() => madeUser.value.giveBack())
      if (madeSlots.status === 'fulfilled' && madeSlots.value) undo.use(madeSlots.value)
      if (madeNetwork.status === 'fulfilled') undo.use(madeNetwork.value)
      if (entered.status === 'fulfilled') undo.use(entered.value)
      const [{ cgroup, shell }, { network, slots, command }] = await Promise.all([
        entering,
        writing,
      ])
      const { precedence } = this.#host
      const parts = { runtime, shell, cgroup, precedence, limits, network, slots, bundle, undo }
      const sandbox = new OciSandbox(spec, options, parts)
      shell.become(command, spec.waiting?.input === true)
      return sandbox
    } catch (error) {
      await undo.disposeAsync()
      throw error
    }
  }

  /** @returns the command that becomes the sandbox */
  async #writeBundle(
    spec: SandboxSpec,
    directory: string,
    { network, slots, user, disk, rootfs }: Made,
    descriptors: number,
  ): Promise<readonly string[]> {
    return await this.#host.runtime.writeBundle({
      directory,
      spec: spec.waiting
        ? sayingReady(spec)
        : { ...spec, mounts: slots ? slots.mounts : spec.mounts },
      options: {
        rootfs,
        userLand: this.#host.userLand.mounts,
        hostname: randomHex(12),
        userSlot: user.slot,
        userNamespacePath: user.path,
        networkPath: network.path,
        ...(slots && spec.waiting ? { slots: slots.mounts } : {}),
        tmpDirectory: disk?.path,
        cgroupsPath: this.#host.cgroups.innerOf(spec.id),
      },
      descriptors,
    })
  }

  /** For what comes later; or for what is there, where the OCI runtime cannot go itself. */
  async #makeSlots({ id, mounts, waiting }: SandboxSpec): Promise<SandboxSlots | undefined> {
    const { runtime, slots } = this.#host
    if (waiting) return await slots?.make(id, waiting.slots)
    return runtime.mountsAsUser ? await slots?.fill(id, mounts) : undefined
  }

  /** Its control group, and the shell on its way into it. */
  async #enter(spec: SandboxSpec, limits: CgroupLimits, descriptors: number): Promise<Entered> {
    const { overhead } = this.#host.runtime
    const { precedence, spawner } = this.#host
    const cgroup = await this.#host.cgroups.create(spec.id, {
      ...limits,
      memoryBytes: limits.memoryBytes + overhead.memoryBytes,
      processes: limits.processes + overhead.processes,
      ...(spec.waiting ? waitingCpuLimits : {}),
    })
    try {
      const shell = await EnteredShell.start(cgroup, descriptors, precedence, spawner)
      return {
        cgroup,
        shell,
        async [Symbol.asyncDispose]() {
          // It may not have entered its group yet.
          shell.process.kill('SIGKILL')
          await shell.exited
          await cgroup.remove()
        },
      }
    } catch (error) {
      await cgroup.remove()
      throw error
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#host.precedence[Symbol.dispose]()
    this.#host.share[Symbol.dispose]()
    await this.#quickened
    await this.#host.networks[Symbol.asyncDispose]()
    await this.#host.disks[Symbol.asyncDispose]()
    this.#host.slots?.[Symbol.dispose]()
    await this.#users[Symbol.asyncDispose]()
    this.#host.runtime[Symbol.dispose]()
    await this.#host.home[Symbol.asyncDispose]()
  }
}
