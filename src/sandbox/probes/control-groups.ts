/** Whether this host's control groups can hold functions to their limits. Decided by ../cgroups/. */
import type { Finding } from '../../kernel/reports.ts'
import { type HostCgroups, hybridMountPoint } from '../cgroups/detect.ts'
import { asRoot } from './package-manager.ts'

const limits = 'Functions are held to their memory, processor and process limits, and can be frozen'

export function controlGroupsFinding({ layout, offered }: HostCgroups): Finding {
  const base = { name: 'control groups', needed: true } as const
  if (layout.version === 2)
    return {
      ...base,
      state: 'ok',
      found: `version 2 at ${layout.mountPoint}: ${(offered.get(layout.mountPoint) ?? []).join(', ')}`,
      meaning: `${limits}.`,
    }
  if (layout.version === 1 && offered.has(hybridMountPoint))
    return {
      ...base,
      state: 'ok',
      found: 'version 1 (memory, cpu, pids, freezer) beside version 2: hybrid',
      meaning: `${limits}; \`lambdad start\` hides ${hybridMountPoint} from crun, which refuses such hosts, in a mount namespace of its own.`,
    }
  if (layout.version === 1)
    return {
      ...base,
      state: 'ok',
      found: 'version 1: memory, cpu, pids, freezer',
      meaning: `${limits}.`,
    }
  return {
    ...base,
    state: 'missing',
    found: layout.reason,
    meaning: 'No function could be held to its limits, so that none runs in a sandbox.',
    // Small boards start with the memory controller off.
    mend:
      offered.size > 0
        ? 'add cgroup_enable=memory to the kernel command line and start the machine anew, or lambdad start --isolation process'
        : `${asRoot('mount -t cgroup2 none /sys/fs/cgroup')}, or lambdad start --isolation process`,
  }
}
