/** Finds out what this host offers and gives the driver for it. Called by oci/backend.ts. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../../kernel/clock.ts'
import type { RuntimeName } from '../oci/runtime.ts'
import { SandboxStartError } from '../sandbox.ts'
import type { Cgroups } from './cgroups.ts'
import { type CgroupLayout, cgroupLayout, v2MountPoints } from './layout.ts'
import { canWeighIo } from './io-weight.ts'
import { V1Cgroups } from './v1.ts'
import { parentForLimits, V2Cgroups } from './v2.ts'

/** The mount that crun refuses to see beside cgroup v1. */
export const hybridMountPoint = '/sys/fs/cgroup/unified'

export interface HostCgroups {
  readonly layout: CgroupLayout
  /** Controllers by mount point of cgroup v2. */
  readonly offered: ReadonlyMap<string, readonly string[]>
}

/** What this process sees. */
export async function readCgroups(): Promise<HostCgroups> {
  const [mountInfo, selfCgroup] = await Promise.all([
    readFile('/proc/self/mountinfo', 'utf8'),
    readFile('/proc/self/cgroup', 'utf8'),
  ])
  const offered = new Map<string, string[]>()
  for (const mountPoint of v2MountPoints(mountInfo)) {
    const text = await readFile(join(mountPoint, 'cgroup.controllers'), 'utf8')
    offered.set(mountPoint, text.trim().split(' '))
  }
  return { layout: cgroupLayout(mountInfo, selfCgroup, offered), offered }
}

/**
 * @param name of the server's own group
 * @param runtime that will run in the groups
 * @throws SandboxStartError when this host's control groups cannot be used, with words on how to mend it
 */
export async function detectCgroups(
  name: string,
  runtime: RuntimeName,
  clock: Clock,
): Promise<Cgroups> {
  const { layout, offered } = await readCgroups()
  if (layout.version === 0)
    throw new SandboxStartError(
      `Sandboxes need control groups: ${layout.reason}. Mount them, or choose --isolation process.`,
    )
  if (layout.version === 2) {
    // runc insists on a group of its own, which v2 does not allow below one that has processes.
    if (runtime === 'runc')
      throw new SandboxStartError(
        'With cgroup v2, which this host has, sandboxes need crun; runc works with v1.',
      )
    try {
      const parent = await parentForLimits(layout)
      return new V2Cgroups(parent, name, clock, await canWeighIo(2))
    } catch (error) {
      throw new SandboxStartError(`Sandboxes need control groups: ${(error as Error).message}.`)
    }
  }
  // crun gives up with "cgroups in hybrid mode not supported" when it sees this mount.
  if (runtime === 'crun' && offered.has(hybridMountPoint))
    throw new SandboxStartError(
      'This host has cgroup v1 and v2 at once, which crun refuses while it sees /sys/fs/cgroup/unified. ' +
        'Start through bin/lambdad, which hides it in a mount namespace of its own.',
    )
  const weighsIo = await canWeighIo(1)
  return new V1Cgroups(layout, name, clock, { nested: runtime === 'runc', weighsIo })
}
