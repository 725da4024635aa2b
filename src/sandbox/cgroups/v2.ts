/** cgroup v2: one group per sandbox in the one hierarchy. See cgroups.ts for the contract. */
import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Clock } from '../../kernel/clock.ts'
import { freezeTimeoutMs, reclaimBytes } from '../limits.ts'
import { cpuPeriodUs, serverWeight } from './cgroups.ts'
import type { Cgroup, CgroupLimits, Cgroups, CpuLimits, CpuWeights } from './cgroups.ts'
import {
  setIdleSync,
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
import type { V2Layout } from './layout.ts'
import { PeakMemory, residentBytesOf, unmappedBytes } from './peak-memory.ts'

const controllers = ['memory', 'cpu', 'pids'] as const

/**
 * The nearest group, from the server's own upwards, whose children may have limits. A group that has
 * processes itself cannot have such children (cgroup-v2.rst, "No Internal Process Constraint"), so that
 * this is mostly the parent of the server's own.
 * @throws Error in words when there is none
 */
export async function parentForLimits(layout: V2Layout): Promise<string> {
  for (let path = layout.own; ; path = dirname(path)) {
    if (await canLimitChildren(path)) return path
    if (path === layout.mountPoint || path === '/') break
  }
  throw new Error(
    `no group from ${layout.own} up to ${layout.mountPoint} lets its children have limits on ` +
      `${controllers.join(', ')}: start lambdad in a group of its own below one that has no processes ` +
      '(with systemd: a service with Delegate=yes)',
  )
}

async function canLimitChildren(path: string): Promise<boolean> {
  const file = join(path, 'cgroup.subtree_control')
  try {
    const enabled = (await readControl(file)).trim().split(' ')
    const missing = controllers.filter((controller) => !enabled.includes(controller))
    if (missing.length > 0) await writeControl(file, missing.map((name) => `+${name}`).join(' '))
    return true
  } catch {
    // EBUSY, ENOENT, EACCES: each says that this is not the place.
    return false
  }
}

export class V2Cgroups implements Cgroups {
  readonly register: readonly string[]
  readonly #parent: string
  readonly #root: string
  readonly #clock: Clock
  readonly #weighsIo: boolean

  /**
   * @param parent see `parentForLimits`
   * @param name of the server's own group
   * @param weighsIo whether disks are to be shared by weight: see `canWeighIo`
   */
  constructor(parent: string, name: string, clock: Clock, weighsIo: boolean) {
    this.#weighsIo = weighsIo
    this.#parent = parent
    this.#root = join(parent, name)
    this.#clock = clock
    this.register = [`v2 ${this.#root}`]
  }

  async prepare(): Promise<void> {
    await mkdir(this.#root, { recursive: true })
    const enable = controllers.map((name) => `+${name}`).join(' ')
    await writeControl(join(this.#root, 'cgroup.subtree_control'), enable)
    this.weighCpu(serverWeight())
    if (!this.#weighsIo) return
    // Functions can do without, where somebody keeps it from us.
    for (const path of [this.#parent, this.#root])
      await writeControl(join(path, 'cgroup.subtree_control'), '+io').catch(() => undefined)
  }

  innerOf(): undefined {}

  cpuTimeMs(): number {
    return cpuTimeMs(this.#root)
  }

  weighCpu({ cpuWeight, idle = false }: CpuWeights): void {
    if (setIdleSync(this.#root, idle)) return
    writeControlSync(join(this.#root, 'cpu.weight'), cpuWeight)
  }

  async create(name: string, limits: CgroupLimits): Promise<Cgroup> {
    const path = join(this.#root, name)
    const group = new V2Cgroup(path, this.#clock)
    try {
      await mkdir(path)
      const controls = Object.entries(v2Controls(limits)).map(async ([file, value]) => {
        const write = () => writeControl(join(path, file), value)
        // Kernels without swap lack the control of it; those of disks depend on the host.
        const mayLack = file === 'memory.swap.max' || file.startsWith('io.')
        await (mayLack ? unlessGone(write) : write())
      })
      await Promise.all(controls)
      if (limits.idle) await unlessGone(() => writeControl(join(path, 'cpu.idle'), 1))
    } catch (error) {
      await group.remove()
      throw error
    }
    return group
  }
}

/** The limits of one group as its control files have them. Source: cgroup-v2.rst. */
export function v2Controls(limits: CgroupLimits): Readonly<Record<string, string | number>> {
  return {
    'memory.max': limits.memoryBytes,
    'memory.swap.max': 0,
    ...cpuControls(limits),
    'pids.max': limits.processes,
    'io.weight': limits.ioWeight,
    'io.bfq.weight': limits.bfqWeight,
  }
}

/** Of a group and all below it. */
function cpuTimeMs(path: string): number {
  return keyedNumber(readSync(join(path, 'cpu.stat')), 'usage_usec') / 1000
}

function cpuControls(limits: CpuLimits): Readonly<Record<string, string | number>> {
  return {
    'cpu.weight': limits.cpuWeight,
    'cpu.max': `${limits.cpuQuotaUs ?? 'max'} ${cpuPeriodUs}`,
  }
}

export class V2Cgroup implements Cgroup {
  readonly entrances: readonly string[]
  readonly #path: string
  readonly #peak = new PeakMemory()
  readonly #clock: Clock

  constructor(path: string, clock: Clock) {
    this.#path = path
    this.#clock = clock
    this.entrances = [join(path, 'cgroup.procs')]
  }

  async oomKills(): Promise<number> {
    return keyedNumber(await readControl(join(this.#path, 'memory.events')), 'oom_kill')
  }

  limitCpu(limits: CpuLimits): void {
    setIdleSync(this.#path, false)
    for (const [file, value] of Object.entries(cpuControls(limits))) {
      writeControlSync(join(this.#path, file), value)
    }
  }

  weighCpu({ cpuWeight, idle = false }: CpuWeights): void {
    if (setIdleSync(this.#path, idle)) return
    writeControlSync(join(this.#path, 'cpu.weight'), cpuWeight)
  }

  cpuTimeMs(): number {
    return cpuTimeMs(this.#path)
  }

  peakMemoryBytes(): number {
    const stat = readSync(join(this.#path, 'memory.stat'))
    const reading = {
      // Linux 5.19.
      peakBytes: readNumberSync(join(this.#path, 'memory.peak')),
      usedBytes: readNumberSync(join(this.#path, 'memory.current')),
      cacheBytes: unmappedBytes(stat, 'file', 'shmem', 'file_mapped'),
    }
    return this.#peak.observe(reading, () => residentBytesOf(this.entrances))
  }

  threads(): number[] {
    return readNumbersSync(join(this.#path, 'cgroup.threads'))
  }

  async freeze(): Promise<void> {
    await writeControl(join(this.#path, 'cgroup.freeze'), 1)
    await waitUntil(
      this.#clock,
      freezeTimeoutMs,
      `freeze ${this.#path}`,
      async () => keyedNumber(await readControl(join(this.#path, 'cgroup.events')), 'frozen') === 1,
    )
  }

  async thaw(): Promise<void> {
    await writeControl(join(this.#path, 'cgroup.freeze'), 0)
  }

  async reclaim(): Promise<void> {
    // EAGAIN says that there was less; kernels before 5.19 lack the control.
    await writeControl(join(this.#path, 'memory.reclaim'), reclaimBytes).catch(() => undefined)
  }

  async kill(): Promise<void> {
    await unlessGone(() => writeControl(join(this.#path, 'cgroup.kill'), 1))
  }

  async remove(): Promise<void> {
    await removeGroups([this.#path], () => this.kill(), this.#clock)
  }
}
