/**
 * Which control groups this host has and where the server may make its own.
 *
 * The server's groups are children of the group it runs in itself: whatever limits somebody has put on the
 * server hold for its sandboxes too. Pure functions of two texts; called by detect.ts.
 */

/** The v1 hierarchies that a sandbox needs, by controller. */
export interface V1Layout {
  readonly version: 1
  /** Absolute path of the server's own group in each hierarchy. */
  readonly memory: string
  readonly cpu: string
  readonly pids: string
  readonly freezer: string
  /** Where disks have shares; one of `others`. */
  readonly blkio?: string
  /** Where processor time is counted, when that is not where it is shared; one of `others`. */
  readonly cpuacct?: string
  /** The same in each further hierarchy: runc makes groups there, too. */
  readonly others: readonly string[]
}

export interface V2Layout {
  readonly version: 2
  /** Where the hierarchy is mounted. */
  readonly mountPoint: string
  /** Absolute path of the server's own group. */
  readonly own: string
}

/** `version: 0`: neither is usable, and why. */
export type CgroupLayout = V1Layout | V2Layout | { readonly version: 0; readonly reason: string }

const v1Controllers = ['memory', 'cpu', 'pids', 'freezer'] as const

interface CgroupMount {
  readonly type: string
  readonly root: string
  readonly mountPoint: string
  readonly options: readonly string[]
}

/**
 * @param mountInfo text of `/proc/self/mountinfo` (see proc_pid_mountinfo(5))
 * @param selfCgroup text of `/proc/self/cgroup` (see cgroups(7))
 * @param v2Controllers the controllers that each cgroup2 mount point offers
 */
export function cgroupLayout(
  mountInfo: string,
  selfCgroup: string,
  v2Controllers: ReadonlyMap<string, readonly string[]>,
): CgroupLayout {
  const mounts = cgroupMounts(mountInfo)
  const own = ownGroups(selfCgroup)
  for (const mount of mounts) {
    const offered = mount.type === 'cgroup2' ? v2Controllers.get(mount.mountPoint) : undefined
    if (offered === undefined || !['memory', 'cpu', 'pids'].every((c) => offered.includes(c)))
      continue
    const { mountPoint } = mount
    return { version: 2, mountPoint, own: pathInMount(mount, own.get('') ?? '/') }
  }
  const paths = new Map<string, string>()
  for (const controller of v1Controllers) {
    const mount = mounts.find((m) => m.type === 'cgroup' && m.options.includes(controller))
    if (mount !== undefined)
      paths.set(controller, pathInMount(mount, own.get(controller) ?? mount.root))
  }
  const missing = v1Controllers.filter((controller) => !paths.has(controller))
  if (missing.length > 0) {
    const reason =
      'no cgroup v2 with the controllers memory, cpu and pids is mounted, ' +
      `and cgroup v1 lacks ${missing.join(', ')}`
    return { version: 0, reason }
  }
  const others: string[] = []
  for (const mount of mounts) {
    const group = mount.options.map((name) => own.get(name)).find((path) => path !== undefined)
    const needed = v1Controllers.some((controller) => mount.options.includes(controller))
    if (mount.type === 'cgroup' && !needed) others.push(pathInMount(mount, group ?? mount.root))
  }
  const optional = (controller: 'blkio' | 'cpuacct') => {
    const mount = mounts.find((m) => m.type === 'cgroup' && m.options.includes(controller))
    const path = mount && pathInMount(mount, own.get(controller) ?? mount.root)
    // Groups of cpuset hold nothing until they are told of processors.
    const isFree = !['cpuset', ...(controller === 'cpuacct' ? ['blkio'] : [])].some((name) =>
      mount?.options.includes(name),
    )
    return path !== undefined && others.includes(path) && isFree ? { [controller]: path } : {}
  }
  const [memory, cpu, pids, freezer] = v1Controllers.map((c) => paths.get(c) ?? '')
  return {
    ...{ version: 1, memory: memory!, cpu: cpu!, pids: pids!, freezer: freezer!, others },
    ...optional('blkio'),
    ...optional('cpuacct'),
  }
}

/** Mount points of cgroup2 file systems, for the caller to read their `cgroup.controllers`. */
export function v2MountPoints(mountInfo: string): string[] {
  return cgroupMounts(mountInfo)
    .filter((mount) => mount.type === 'cgroup2')
    .map((mount) => mount.mountPoint)
}

function cgroupMounts(mountInfo: string): CgroupMount[] {
  const mounts: CgroupMount[] = []
  for (const line of mountInfo.split('\n')) {
    const [left = '', right = ''] = line.split(' - ')
    const [, , , root, mountPoint] = left.split(' ')
    const [type, , options] = right.split(' ')
    if ((type !== 'cgroup' && type !== 'cgroup2') || !root || !mountPoint) continue
    mounts.push({
      type,
      root: unescape(root),
      mountPoint: unescape(mountPoint),
      options: (options ?? '').split(','),
    })
  }
  return mounts
}

/** The kernel writes space, tab, newline and backslash as three octal digits. */
function unescape(path: string): string {
  return path.replace(/\\([0-7]{3})/g, (_, digits) => String.fromCharCode(parseInt(digits, 8)))
}

/** Own group by controller; `''` is v2. */
function ownGroups(selfCgroup: string): Map<string, string> {
  const own = new Map<string, string>()
  for (const line of selfCgroup.split('\n')) {
    const match = /^\d+:([^:]*):(.*)$/.exec(line)
    if (match === null) continue
    for (const controller of match[1]!.split(',')) own.set(controller, match[2]!)
  }
  return own
}

/** A group's path on the file system; the mount point itself when the mount does not show the group. */
function pathInMount(mount: CgroupMount, group: string): string {
  const root = mount.root === '/' ? '' : mount.root
  if (group !== root && !group.startsWith(`${root}/`)) return mount.mountPoint
  const relative = group.slice(root.length)
  if (relative === '' || relative === '/' || relative.startsWith('/..')) return mount.mountPoint
  return mount.mountPoint + relative
}
