/**
 * Shares of the disks, in proportion to memory, where the kernel gives them out: with the scheduler BFQ, and on cgroup
 * v2 with iocost, too. Elsewhere disks serve whoever asks. On v1 they are shares of what is read: what is written goes
 * to disk later, in the kernel's own name. Called by: cgroups.ts, detect.ts, probes/io-weight.ts.
 * Source: block/bfq-iosched.rst and admin-guide/cgroup-v2.rst in the kernel's documentation.
 */
import { readFile, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { memoryMbMax, memoryMbMin } from '../limits.ts'

export interface IoWeights {
  /** `io.weight`: 1 to 10,000; the smallest function has the default. */
  readonly ioWeight: number
  /** `io.bfq.weight` and `blkio.bfq.weight`: 1 to 1,000, which the largest function has. Only siblings compete. */
  readonly bfqWeight: number
}

export function ioWeights(memoryMb: number): IoWeights {
  const within = (weight: number, most: number): number =>
    Math.min(most, Math.max(1, Math.round(weight)))
  return {
    ioWeight: within((100 * memoryMb) / memoryMbMin, 10_000),
    bfqWeight: within((1_000 * memoryMb) / memoryMbMax, 1_000),
  }
}

/**
 * Whether groups get weights here. On v2 what is written to /tmp is then charged to the function twice, once as the
 * file of its disk, and a kernel that cannot bound what waits to be copied there (before 6.2, see ../disks/calls.ts)
 * makes the function wait for it: 400 MB that take half a minute on an emulated machine did not end within two.
 */
export async function canWeighIo(
  version: 1 | 2,
  { devices = '/sys/class/bdi', ...places }: Partial<Places> & { readonly devices?: string } = {},
): Promise<boolean> {
  if ((await weighingDisks(version, places)).length === 0) return false
  if (version === 1) return true
  const [device = ''] = await readdir(devices).catch(() => [])
  return (await textOf(join(devices, device, 'strict_limit'))) !== ''
}

/** Where the kernel tells of disks. */
interface Places {
  readonly blocks: string
  readonly costs: string
}

/** Disks of this host that are shared by weight, by name. @param version of control groups */
export async function weighingDisks(
  version: 1 | 2,
  { blocks = '/sys/block', costs = '/sys/fs/cgroup/io.cost.qos' }: Partial<Places> = {},
): Promise<string[]> {
  const names = await readdir(blocks).catch(() => [])
  const found = await Promise.all(
    names.map(async (name) => {
      const schedulers = await textOf(join(blocks, name, 'queue/scheduler'))
      if (schedulers.includes('[bfq]')) return true
      if (version === 1) return false
      const number = (await textOf(join(blocks, name, 'dev'))).trim()
      const lines = (await textOf(costs)).split('\n')
      return number !== '' && lines.some((line) => line.startsWith(`${number} enable=1`))
    }),
  )
  return names.filter((_, index) => found[index])
}

/** Empty when it is not there. */
async function textOf(path: string): Promise<string> {
  return await readFile(path, 'utf8').catch(() => '')
}
