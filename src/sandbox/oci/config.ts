/**
 * The OCI runtime configuration of one sandbox: one pure function, the whole of its isolation in one place.
 *
 * Source: OCI runtime specification 1.0.2, config.md and config-linux.md. Tests: config.test.ts against a golden
 * file, test/security from inside. Called by: backend.ts. Read next: seccomp.ts (the system calls), docs/isolation.md.
 */
import {
  hostUsers,
  lockedMemoryBytesMax,
  openFilesMax,
  pendingSignalsMax,
  sandboxUser,
  tmpBytesPerFile,
} from '../limits.ts'
import type { ReadOnlyMount, SandboxSpec } from '../sandbox.ts'
import { seccompProfile } from './seccomp.ts'

export interface OciOptions {
  /** The skeleton made by rootfs.ts. */
  readonly rootfs: string
  /** What of the host's user land every sandbox sees. */
  readonly userLand: readonly ReadOnlyMount[]
  readonly hostname: string
  /** Which range of host users this sandbox's users are; see `hostUsers`. */
  readonly userSlot: number
  /** A user namespace to join, with that range already mapped: see user-namespaces.ts. Otherwise the runtime makes one. */
  readonly userNamespacePath?: string | undefined
  /** A network namespace to join; undefined for a new one, with nothing but loopback. */
  readonly networkPath: string | undefined
  /** Mounts that follow what happens to their sources: see slots.ts. */
  readonly slots?: readonly ReadOnlyMount[]
  /** A directory of the host to be /tmp: see ../disks/. Otherwise it is in memory. */
  readonly tmpDirectory?: string | undefined
  /** See `Cgroups.innerOf`. */
  readonly cgroupsPath: string | undefined
  /** For the runtime, of its own: see compiled-filter.ts. */
  readonly annotations?: Readonly<Record<string, string>>
}

/**
 * What containerd and podman hide, then what tells of the host, its devices and its other users without being read
 * by any runtime. What stays (stat, meminfo, cpuinfo, loadavg, uptime, vmstat, version, self/mountinfo) is read by
 * runtimes and by libraries that report metrics. Those that are not there are passed over.
 */
const maskedPaths = `
  acpi asound interrupts kcore keys latency_stats sched_debug scsi timer_list timer_stats
  buddyinfo bus cmdline config.gz consoles devices diskstats driver fs iomem ioports irq kallsyms key-users misc
  modules mtrr partitions pressure schedstat softirqs swaps zoneinfo`
  .trim()
  .split(/\s+/)
  .map((name) => `/proc/${name}`)
const readonlyPaths = ['/proc/sys', '/proc/sysrq-trigger']

/**
 * All of them hard: a process may not raise them again. RLIMIT_NPROC is not among them: the kernel counts processes
 * for whoever has made a user namespace, too, which is root for all sandboxes, and crun sets the limits before it
 * makes the namespace, whose limit for all of root's they become (user_namespaces(7), set_userns_rlimit_max in the
 * kernel). The control group counts those of one sandbox.
 */
const rlimits = Object.entries({
  RLIMIT_NOFILE: openFilesMax,
  // Not 0: where the host pipes core dumps to a program of its own, that would start, as root, whatever the limit,
  // but for 1 (core(5), do_coredump in the kernel). One byte is not enough for a core file, either.
  RLIMIT_CORE: 1,
  RLIMIT_MEMLOCK: lockedMemoryBytesMax,
  // Counted like processes, so that it bounds all sandboxes together; few programs need any.
  RLIMIT_SIGPENDING: pendingSignalsMax,
  // What a server that may raise its priority would hand on.
  RLIMIT_NICE: 0,
  RLIMIT_RTPRIO: 0,
}).map(([type, limit]) => ({ type, soft: limit, hard: limit }))

export function ociConfig(spec: SandboxSpec, options: OciOptions) {
  const mapping = {
    containerID: 0,
    hostID: hostUsers.first + options.userSlot * hostUsers.perSandbox,
    size: hostUsers.perSandbox,
  }
  return {
    ociVersion: '1.0.2',
    process: {
      terminal: false,
      user: { uid: sandboxUser.uid, gid: sandboxUser.gid },
      args: [...spec.command],
      env: Object.entries(spec.env).map(([name, value]) => `${name}=${value}`),
      cwd: spec.workingDirectory,
      noNewPrivileges: true,
      capabilities: { bounding: [], effective: [], permitted: [], inheritable: [], ambient: [] },
      rlimits,
      // The out-of-memory killer takes the function, not the runtime's waiting parent in the same group.
      oomScoreAdj: 1000,
    },
    root: { path: options.rootfs, readonly: true },
    hostname: options.hostname,
    mounts: mounts(spec, options),
    ...(options.annotations ? { annotations: options.annotations } : {}),
    linux: {
      // Or slots would not follow.
      ...(options.slots ? { rootfsPropagation: 'rslave' } : {}),
      uidMappings: [mapping],
      gidMappings: [mapping],
      namespaces: [
        { type: 'pid' },
        { type: 'ipc' },
        { type: 'uts' },
        { type: 'mount' },
        options.userNamespacePath === undefined
          ? { type: 'user' }
          : { type: 'user', path: options.userNamespacePath },
        { type: 'cgroup' },
        options.networkPath === undefined
          ? { type: 'network' }
          : { type: 'network', path: options.networkPath },
      ],
      ...(options.cgroupsPath === undefined ? {} : { cgroupsPath: options.cgroupsPath }),
      maskedPaths,
      readonlyPaths,
      seccomp: seccompProfile(),
    },
  }
}

function mounts(spec: SandboxSpec, { userLand, tmpDirectory, slots = [] }: OciOptions) {
  return [
    {
      // Without hidepid: all there is to see in its pid namespace is the function's own.
      destination: '/proc',
      type: 'proc',
      source: 'proc',
      options: ['nosuid', 'noexec', 'nodev'],
    },
    {
      // Holds what the OCI runtime puts there (null, zero, full, random, urandom, tty); only its root,
      // which nobody inside is, may write. As on AWS there is no /dev/shm.
      destination: '/dev',
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['nosuid', 'noexec', 'strictatime', 'mode=755', 'size=64k'],
    },
    tmpMount(spec, tmpDirectory),
    // Parents before what is mounted below them.
    ...[...userLand, ...spec.mounts, ...slots]
      .toSorted((a, b) => (a.target < b.target ? -1 : 1))
      .map((mount) => ({
        destination: mount.target,
        type: 'bind',
        source: mount.source,
        options: [
          ...(slots.includes(mount) ? ['rbind', 'rslave'] : ['bind']),
          ...['ro', 'nosuid', 'nodev'],
          ...(isData(mount) ? ['noexec'] : []),
        ],
      })),
  ]
}

/** Functions unpack programs and libraries here and run them, as they may on AWS: without noexec. */
function tmpMount({ tmpMb }: SandboxSpec, directory: string | undefined) {
  const destination = '/tmp'
  if (directory !== undefined)
    return { destination, type: 'bind', source: directory, options: ['bind', 'nosuid', 'nodev'] }
  return {
    destination,
    type: 'tmpfs',
    source: 'tmpfs',
    options: [
      'nosuid',
      'nodev',
      // runc before 1.1.9 puts the mode of the directory below in the place of this one: the owner may write.
      'mode=1777',
      `uid=${sandboxUser.uid}`,
      `gid=${sandboxUser.gid}`,
      `size=${tmpMb}m`,
      `nr_inodes=${(tmpMb * 1024 * 1024) / tmpBytesPerFile}`,
    ],
  }
}

/** Whether nothing in it is ever run: certificates, time zones, links. */
function isData({ target }: ReadOnlyMount): boolean {
  return target.startsWith('/etc/') || target.startsWith('/usr/share/')
}
