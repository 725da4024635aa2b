/** How long the processors of this host have had nothing to do. Called by: the data plane, by way of index.ts. */
import os from 'node:os'
import { readSync } from './cgroups/files.ts'

/**
 * All of them together, ms since the host started, to the hundredth of a second; undefined where this process may not
 * use all of them, or cannot tell. Synchronous, one small read. Source: proc_uptime(5).
 */
export function hostIdleMs(): number | undefined {
  processors ??= os.cpus().length
  if (os.availableParallelism() !== processors) return undefined
  const idleSeconds = Number(readSync('/proc/uptime').split(' ')[1])
  return Number.isNaN(idleSeconds) ? undefined : idleSeconds * 1000
}

/** Counting them takes a while. */
let processors: number | undefined
