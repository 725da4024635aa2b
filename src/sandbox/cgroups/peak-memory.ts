/**
 * The highest memory use of a sandbox: what its programs needed, without files that the kernel merely keeps in memory.
 *
 * A kernel's own peak counts the page cache, which a function that writes to /tmp, or reads much, fills up to its limit
 * without needing any of it, and no kernel tells how much of the peak that was. The processes' own peaks (VmHWM: what
 * they had in memory, mapped files included) do not count it; but they go with their process. So they are believed while
 * none of a function's has ended, and never beyond the kernel's peak. Otherwise, a converter run by the function say, it
 * is the kernel's peak without the cache that was there before and after: at most too high, by files that came and went.
 * Rejected: taking all cache off the peak, which is too low by what was written after it.
 * Called by: v1.ts, v2.ts.
 */
import { hostUsers, peakProcessesMax, peakUncertaintyBytes } from '../limits.ts'
import { parseStat } from '../proc.ts'
import { keyedNumber, readSync } from './files.ts'

/** What a group's control files say at one moment, bytes. */
export interface MemoryReading {
  /** The highest use so far as the kernel counts it; 0 where it does not. */
  readonly peakBytes: number
  readonly usedBytes: number
  /** Of it, what is given up before anything is killed: pages of files that nobody has mapped. */
  readonly cacheBytes: number
}

export class PeakMemory {
  #highest = 0
  #kernelPeak = 0
  #cacheBytes = 0

  /**
   * @param residentBytes asked only when it matters: what the processes have had at most, together; undefined when some
   *   have ended, or all
   * @returns the highest use so far, bytes
   */
  observe(reading: MemoryReading, residentBytes: () => number | undefined): number {
    const { usedBytes, cacheBytes } = reading
    const peakBytes = Math.max(reading.peakBytes, usedBytes)
    if (peakBytes - this.#highest > peakUncertaintyBytes) {
      const resident = residentBytes()
      if (resident !== undefined) this.#raise(Math.min(peakBytes, resident))
      else if (peakBytes > this.#kernelPeak)
        this.#raise(peakBytes - Math.min(cacheBytes, this.#cacheBytes))
    }
    this.#raise(usedBytes - cacheBytes)
    this.#kernelPeak = Math.max(peakBytes, this.#kernelPeak)
    this.#cacheBytes = cacheBytes
    return this.#highest
  }

  #raise(bytes: number): void {
    if (bytes > this.#highest) this.#highest = bytes
  }
}

/**
 * The page cache that nobody has mapped, of a `memory.stat`, whose keys differ between v1 and v2: what is kept in
 * shared memory, /dev/shm or a /tmp in memory, counts as cache there, and cannot be given up.
 */
export function unmappedBytes(stat: string, cache: string, shared: string, mapped: string): number {
  const of = (key: string): number => keyedNumber(stat, key)
  return Math.max(0, of(cache) - of(shared) - of(mapped))
}

/**
 * @param lists `cgroup.procs` files
 * @param firstUser of the host: whose processes are the function's, and not the OCI runtime's
 * @returns the sum of VmHWM of the function's processes; undefined when they are gone, or have had children that are,
 *   or are more than is worth the time
 */
export function residentBytesOf(
  lists: readonly string[],
  firstUser: number = hostUsers.first,
): number | undefined {
  const pids = lists.flatMap((list) => readSync(list).split('\n').filter(Boolean))
  if (pids.length > peakProcessesMax) return undefined
  let sum: number | undefined
  for (const pid of pids) {
    const status = readSync(`/proc/${pid}/status`)
    if (Number(/^Uid:\s+(\d+)/m.exec(status)?.[1] ?? -1) < firstUser) continue
    const { alive, hadChildren } = parseStat(readSync(`/proc/${pid}/stat`))
    if (!alive || hadChildren) return undefined
    sum = (sum ?? 0) + Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) * 1024
  }
  return sum
}
