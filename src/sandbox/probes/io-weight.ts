/** Whether functions share the disks in proportion to their memory. Decided by ../cgroups/io-weight.ts. */
import type { Finding } from '../../kernel/reports.ts'
import type { CgroupLayout } from '../cgroups/layout.ts'
import { canWeighIo, weighingDisks } from '../cgroups/io-weight.ts'

export async function ioWeightFinding({ version }: CgroupLayout): Promise<Finding> {
  if (version === 0) return findingOf([], false)
  return findingOf(await weighingDisks(version), await canWeighIo(version))
}

/** @param disks those that are shared by weight @param canWeigh whether functions are given weights */
export function findingOf(disks: readonly string[], canWeigh: boolean): Finding {
  const base = { name: 'shares of disks', needed: false } as const
  const unshared = 'A function that writes without end makes the disks slow for others.'
  if (disks.length === 0)
    return {
      ...base,
      state: 'missing',
      found: 'no disk is shared by weight (scheduler bfq, or iocost)',
      meaning: unshared,
    }
  const found = disks.join(', ')
  if (!canWeigh)
    return {
      ...base,
      state: 'degraded',
      found: `${found}, by weight; this kernel is too old for that with loop devices (6.2)`,
      meaning: unshared,
    }
  return {
    ...base,
    state: 'ok',
    found: `${found}, by weight`,
    meaning: 'Functions share these disks in proportion to their memory.',
  }
}
