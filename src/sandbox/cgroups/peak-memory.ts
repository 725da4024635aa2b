/**
 * The highest memory use of a sandbox: what its programs needed, without files that the kernel merely keeps in memory.
 *
 * A kernel's own peak counts the page cache, which a function that writes to /tmp, or reads much, fills up to its limit
 * without needing any of it; and no kernel tells when the peak was, or how much of it was cache. What is known is how
 * much cache there was at two moments with the peak between them: it leaves a span, of which the processes' own peaks
 * (VmHWM) choose the point. Rejected: those alone, which forget children that have ended (a converter run by a
 * function), and the kernel's peak alone, which is the limit as soon as /tmp is used. Mapped files (programs,
 * libraries) count, as in a process's resident size.
 * Invariant: never more than the kernel's peak. Called by: v1.ts, v2.ts.
 */
import { peakProcessesMax, peakUncertaintyBytes } from '../limits.ts'
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
   * @param residentBytes asked only when it matters: the sum of what the processes that live have had at most
   * @returns the highest use so far, bytes
   */
  observe(reading: MemoryReading, residentBytes: () => number): number {
    const { usedBytes, cacheBytes } = reading
    const peakBytes = Math.max(reading.peakBytes, usedBytes)
    const used = usedBytes - cacheBytes
    const most = peakBytes - Math.min(cacheBytes, this.#cacheBytes)
    // A peak that is not new is of a time that nothing is known of any more.
    const isNew = peakBytes > this.#kernelPeak
    const least = isNew ? peakBytes - Math.max(cacheBytes, this.#cacheBytes) : used
    const isClear = most - Math.max(least, this.#highest) <= peakUncertaintyBytes
    this.#raise(isClear ? least : Math.min(most, Math.max(least, residentBytes())))
    this.#raise(used)
    this.#kernelPeak = Math.max(this.#kernelPeak, peakBytes)
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
 * @returns the sum of VmHWM of the processes in them, of as many as are worth the time
 */
export function residentBytesOf(lists: readonly string[]): number {
  let sum = 0
  let left = peakProcessesMax
  for (const list of lists) {
    for (const pid of readSync(list).split('\n')) {
      if (pid === '' || left === 0) continue
      left -= 1
      const match = /^VmHWM:\s+(\d+) kB$/m.exec(readSync(`/proc/${pid}/status`))
      sum += Number(match?.[1] ?? 0) * 1024
    }
  }
  return sum
}
