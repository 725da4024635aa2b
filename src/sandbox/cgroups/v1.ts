/** cgroup v1: one group per sandbox in each of four to six hierarchies. See cgroups.ts for the contract. */
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Clock } from '../../kernel/clock.ts'
import { freezeTimeoutMs } from '../limits.ts'
import { cpuPeriodUs, serverWeight } from './cgroups.ts'
import type { Cgroup, CgroupLimits, Cgroups, CpuLimits, CpuWeights } from './cgroups.ts'
import {
  setIdleSync,
  isGone,
  keyedNumber,
  readControl,
  readNumberSync,
  readNumbersSync,
  readSync,
  removeGroups,
  unlessGone,
  waitUntil,
  writeControl,
  writeControlSync,
} from './files.ts'
import type { V1Layout } from './layout.ts'
import { PeakMemory, residentBytesOf, unmappedBytes } from './peak-memory.ts'

type Hierarchy = 'freezer' | 'memory' | 'cpu' | 'pids'
/** blkio only where it has an effect, cpuacct only where it is a hierarchy of its own. */
type Paths = Readonly<Record<Hierarchy, string>> & {
  readonly blkio?: string | undefined
  readonly cpuacct?: string | undefined
}

/** The freezer first: what has entered anything can be found there. */
function listOf({ freezer, memory, cpu, pids, blkio, cpuacct }: Paths): string[] {
  return [freezer, memory, cpu, pids, blkio, cpuacct].filter((path) => path !== undefined)
}

export class V1Cgroups implements Cgroups {
  readonly register: readonly string[]
  readonly #roots: Paths
  readonly #name: string
  readonly #clock: Clock
  /** Own groups in hierarchies that only an OCI runtime with groups of its own makes groups in. */
  readonly #others: readonly string[]
  readonly #nested: boolean

  /**
   * @param name of the server's own group
   * @param nested whether the OCI runtime insists on making groups of its own, as runc does: `name` again,
   *   with that of the sandbox in it, below whatever group it runs in, in every hierarchy
   * @param weighsIo whether a disk of this host is shared by weight
   */
  constructor(
    layout: V1Layout,
    name: string,
    clock: Clock,
    { nested, weighsIo }: { readonly nested: boolean; readonly weighsIo: boolean },
  ) {
    const { cpuacct } = layout
    const blkio = weighsIo ? layout.blkio : undefined
    this.#roots = mapPaths({ ...layout, blkio }, name)
    this.#name = name
    this.#clock = clock
    this.#nested = nested
    const others = layout.others.filter((path) => path !== blkio && path !== cpuacct)
    this.#others = nested ? others.map((path) => join(path, name)) : []
    this.register = [...listOf(this.#roots), ...this.#others].map(
      (path) => `${path === this.#roots.freezer ? 'v1-freezer' : 'v1'} ${path}`,
    )
  }

  async prepare(): Promise<void> {
    await Promise.all(listOf(this.#roots).map((path) => mkdir(path, { recursive: true })))
    this.weighCpu(serverWeight())
  }

  cpuTimeMs(): number {
    return cpuTimeMs(this.#roots)
  }

  weighCpu({ cpuShares, idle = false }: CpuWeights): void {
    if (setIdleSync(this.#roots.cpu, idle)) return
    writeControlSync(join(this.#roots.cpu, 'cpu.shares'), cpuShares)
  }

  async create(name: string, limits: CgroupLimits): Promise<Cgroup> {
    const paths = mapPaths(this.#roots, name)
    const others = this.#others.map((path) => join(path, name))
    const group = new V1Cgroup(paths, this.innerOf(name), others, this.#clock)
    try {
      await Promise.all([
        mkdir(paths.freezer),
        this.#limitMemory(paths.memory, limits),
        this.#limitCpu(paths.cpu, limits),
        mkdir(paths.pids).then(() => writeControl(join(paths.pids, 'pids.max'), limits.processes)),
        this.#limitIo(paths.blkio, limits),
        ...(paths.cpuacct === undefined ? [] : [mkdir(paths.cpuacct)]),
      ])
    } catch (error) {
      await group.remove()
      throw error
    }
    return group
  }

  innerOf(name: string): string | undefined {
    return this.#nested ? join(this.#name, name) : undefined
  }

  async #limitMemory(path: string, limits: CgroupLimits): Promise<void> {
    await mkdir(path)
    await writeControl(join(path, 'memory.limit_in_bytes'), limits.memoryBytes)
    // Memory and swap together: the same figure means no swap. Kernels without swap accounting lack it.
    await unlessGone(() =>
      writeControl(join(path, 'memory.memsw.limit_in_bytes'), limits.memoryBytes),
    )
  }

  async #limitIo(path: string | undefined, limits: CgroupLimits): Promise<void> {
    if (path === undefined) return
    await mkdir(path)
    await unlessGone(() => writeControl(join(path, 'blkio.bfq.weight'), limits.bfqWeight))
  }

  async #limitCpu(path: string, limits: CgroupLimits): Promise<void> {
    await mkdir(path)
    await writeControl(join(path, 'cpu.shares'), limits.cpuShares)
    if (limits.idle) await unlessGone(() => writeControl(join(path, 'cpu.idle'), 1))
    if (limits.cpuQuotaUs === undefined) return
    await writeControl(join(path, 'cpu.cfs_period_us'), cpuPeriodUs)
    await writeControl(join(path, 'cpu.cfs_quota_us'), limits.cpuQuotaUs)
  }
}

function mapPaths(roots: Paths, name: string): Paths {
  return {
    freezer: join(roots.freezer, name),
    memory: join(roots.memory, name),
    cpu: join(roots.cpu, name),
    pids: join(roots.pids, name),
    blkio: roots.blkio && join(roots.blkio, name),
    cpuacct: roots.cpuacct && join(roots.cpuacct, name),
  }
}

/** Of a group and all below it; most hosts mount both controllers as one. */
function cpuTimeMs({ cpu, cpuacct = cpu }: Paths): number {
  return readNumberSync(join(cpuacct, 'cpuacct.usage')) / 1e6
}

class V1Cgroup implements Cgroup {
  readonly entrances: readonly string[]
  readonly #paths: Paths
  readonly #peak = new PeakMemory()
  /** From the inside out. */
  readonly #all: readonly Paths[]
  readonly #others: readonly string[]
  readonly #clock: Clock

  constructor(paths: Paths, inner: string | undefined, others: readonly string[], clock: Clock) {
    this.#paths = paths
    this.#all =
      inner === undefined
        ? [paths]
        : [mapPaths(paths, inner), mapPaths(paths, dirname(inner)), paths]
    this.#others = others
    this.#clock = clock
    this.entrances = listOf(paths).map((path) => join(path, 'cgroup.procs'))
  }

  async oomKills(): Promise<number> {
    let kills = 0
    for (const paths of this.#all) {
      await unlessGone(async () => {
        const text = await readControl(join(paths.memory, 'memory.oom_control'))
        kills += keyedNumber(text, 'oom_kill')
      })
    }
    return kills
  }

  limitCpu({ cpuShares, cpuQuotaUs }: CpuLimits): void {
    setIdleSync(this.#paths.cpu, false)
    writeControlSync(join(this.#paths.cpu, 'cpu.shares'), cpuShares)
    if (cpuQuotaUs === undefined) return
    writeControlSync(join(this.#paths.cpu, 'cpu.cfs_period_us'), cpuPeriodUs)
    writeControlSync(join(this.#paths.cpu, 'cpu.cfs_quota_us'), cpuQuotaUs)
  }

  weighCpu({ cpuShares, idle = false }: CpuWeights): void {
    if (setIdleSync(this.#paths.cpu, idle)) return
    writeControlSync(join(this.#paths.cpu, 'cpu.shares'), cpuShares)
  }

  cpuTimeMs(): number {
    return cpuTimeMs(this.#paths)
  }

  peakMemoryBytes(): number {
    const { memory } = this.#paths
    const stat = readSync(join(memory, 'memory.stat'))
    const reading = {
      peakBytes: readNumberSync(join(memory, 'memory.max_usage_in_bytes')),
      usedBytes: readNumberSync(join(memory, 'memory.usage_in_bytes')),
      // Of all below it as well, which is where runc has the processes.
      cacheBytes: unmappedBytes(stat, 'total_cache', 'total_shmem', 'total_mapped_file'),
    }
    return this.#peak.observe(reading, () =>
      residentBytesOf(this.#all.map((paths) => join(paths.memory, 'cgroup.procs'))),
    )
  }

  threads(): number[] {
    return this.#all.flatMap(({ freezer }) => readNumbersSync(join(freezer, 'tasks')))
  }

  async freeze(): Promise<void> {
    const state = join(this.#paths.freezer, 'freezer.state')
    await writeControl(state, 'FROZEN')
    await waitUntil(
      this.#clock,
      freezeTimeoutMs,
      `freeze ${state}`,
      async () => (await readControl(state)).trim() === 'FROZEN',
    )
  }

  async thaw(): Promise<void> {
    await writeControl(join(this.#paths.freezer, 'freezer.state'), 'THAWED')
  }

  async reclaim(): Promise<void> {
    // EBUSY and EAGAIN say that not all of it could be taken.
    await writeControl(join(this.#paths.memory, 'memory.force_empty'), 0).catch(() => undefined)
  }

  // No freezing beforehand, although processes may fork meanwhile: among those killed is process 1 of the
  // sandbox's namespace, whose end is the end of all others. `remove` repeats it until nothing is left.
  async kill(): Promise<void> {
    for (const { freezer } of this.#all) {
      await unlessGone(async () => {
        const text = await readControl(join(freezer, 'cgroup.procs'))
        for (const line of text.split('\n')) killProcess(Number(line))
      })
    }
    // A frozen process takes its SIGKILL when it is thawed.
    await unlessGone(() => this.thaw())
  }

  async remove(): Promise<void> {
    for (const paths of this.#all) {
      await removeGroups(listOf(paths), () => this.kill(), this.#clock)
    }
    await removeGroups(this.#others, () => this.kill(), this.#clock)
  }
}

function killProcess(pid: number): void {
  // 0 stands for a process of another pid namespace, and would mean our own process group to kill(2).
  if (!(pid > 1)) return
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if (!isGone(error)) throw error
  }
}
