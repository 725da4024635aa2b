/**
 * Control groups: limits, freezing and killing for the processes of one sandbox, on cgroup v2 and on v1.
 *
 * What it is not: it starts nothing; a process enters by itself, through `entrances`, before it execs.
 * Invariant: a group is created with its limits set, and once `remove` has resolved neither the group nor
 * any process in it is left. Called by: oci/backend.ts. Read next: layout.ts, v2.ts, v1.ts.
 */
import { availableParallelism } from 'node:os'
import { memoryMbMin, memoryMbPerCpu, processesMax, standingBackShare } from '../limits.ts'
import { type IoWeights, ioWeights } from './io-weight.ts'

export interface Cgroup {
  /** Files to which a process writes `0` to enter, in this order. */
  readonly entrances: readonly string[]
  /** How many processes in it the kernel has killed because its memory limit was reached. */
  oomKills(): Promise<number>
  /** Highest memory use so far, bytes: see peak-memory.ts. Synchronous: three small reads, seldom more. */
  peakMemoryBytes(): number
  /** Processor time of all its processes so far, ms; 0 once it is removed. Synchronous, some small reads. */
  cpuTimeMs(): number
  /** Changes its share of the processors. Synchronous, one or two small writes: an invocation waits for it. */
  limitCpu(limits: CpuLimits): void
  /** Changes its weight alone: of a quota, what is used of it stays used. Synchronous, two small writes at most. */
  weighCpu(weights: CpuWeights): void
  /** Thread ids of all its processes; none once it is removed. Synchronous, a small read for each level. */
  threads(): number[]
  /** Resolves once no process in it runs any more. */
  freeze(): Promise<void>
  thaw(): Promise<void>
  /** Gives back pages that can be read again from files; may take some ms, off the main thread. */
  reclaim(): Promise<void>
  /** Sends SIGKILL to all of them, frozen or not; does not wait. Does nothing once removed. */
  kill(): Promise<void>
  /** Kills until it is empty and removes it. Idempotent. */
  remove(): Promise<void>
}

/** Where one server keeps its groups. */
export interface Cgroups {
  /** `kind path` lines by which the undertaker finds everything: see undertaker.sh. */
  readonly register: readonly string[]
  /** Makes the server's own group, the parent of all others. */
  prepare(): Promise<void>
  create(name: string, limits: CgroupLimits): Promise<Cgroup>
  /** For an OCI runtime that makes a group of its own inside one of these: its name, as OCI's `cgroupsPath`. */
  innerOf(name: string): string | undefined
  /** Processor time of all its groups so far, ms; 0 where the host does not tell. Synchronous, one small read. */
  cpuTimeMs(): number
  /** Changes the weight of all of them together beside the rest of the host. Synchronous, two small writes at most. */
  weighCpu(weights: CpuWeights): void
}

/** What the limits of a sandbox are, in the kernel's units. */
export interface CgroupLimits extends CpuLimits, IoWeights {
  readonly memoryBytes: number
  readonly processes: number
}

export interface CpuWeights {
  /** cgroup v2's scale: 100 is the kernel's default. */
  readonly cpuWeight: number
  /** cgroup v1's scale: 1024 is the kernel's default. */
  readonly cpuShares: number
  /** Runs only when none beside it wants to (Linux 5.15); its weights count for nothing then, but do on older ones. */
  readonly idle?: boolean
}

export interface CpuLimits extends CpuWeights {
  /** µs of processor time in every `cpuPeriodUs`; undefined for no hard quota. */
  readonly cpuQuotaUs: number | undefined
}

export const cpuPeriodUs = 100_000

/**
 * CPU in proportion to memory, as Lambda does it. The smallest function has the kernel's default weight: a task
 * far below it is woken late even on a machine that idles (measured: 74 shares instead of 1024 halve the warm
 * throughput of a 128 MB function).
 * @param cpu `shared`: a weight, so that an idle machine gives more; `strict`: a hard quota as well.
 */
export function cgroupLimits(memoryMb: number, cpu: 'shared' | 'strict'): CgroupLimits {
  const cpus = memoryMb / memoryMbPerCpu
  const share = memoryMb / memoryMbMin
  return {
    memoryBytes: memoryMb * 1024 * 1024,
    processes: processesMax,
    ...ioWeights(memoryMb),
    cpuWeight: clamp(Math.round(100 * share), 1, 10_000),
    cpuShares: clamp(Math.round(1024 * share), 2, 262_144),
    cpuQuotaUs: cpu === 'strict' ? Math.max(1_000, Math.round(cpus * cpuPeriodUs)) : undefined,
  }
}

/** So many times the share. @param times 0: only what others leave; the share where no group can be idle */
export function favoured({ cpuWeight, cpuShares }: CpuWeights, times: number): CpuWeights {
  if (times === 0) return { cpuWeight, cpuShares, idle: true }
  return {
    idle: false,
    cpuWeight: clamp(Math.round(cpuWeight * times), 1, 10_000),
    cpuShares: clamp(Math.round(cpuShares * times), 2, 262_144),
  }
}

/**
 * Of a sandbox that is made ahead: its start must not disturb functions that run, and takes, like the init phase on
 * AWS, what the machine has to spare, whatever quota its function will have.
 */
export const waitingCpuLimits: CpuLimits = {
  idle: true,
  // For older kernels.
  cpuWeight: 12,
  cpuShares: 128,
  cpuQuotaUs: undefined,
}

/**
 * The weight of all sandboxes together beside the rest of the host: that of as many ordinary processes as there are
 * processors. With the default they would share the weight of a single one.
 */
export function serverWeight(): CpuWeights {
  return allTogether(1)
}

/** Theirs while the rest of the host goes before them: none. See host-share.ts. */
export function standingBack(): CpuWeights {
  return { ...allTogether(standingBackShare), idle: true }
}

function allTogether(perProcessor: number): CpuWeights {
  return favoured({ cpuWeight: 100, cpuShares: 1024 }, availableParallelism() * perProcessor)
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
