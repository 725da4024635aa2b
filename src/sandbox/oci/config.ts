/**
 * The OCI runtime configuration of one sandbox: one pure function, the whole of its isolation in one place.
 *
 * Source: OCI runtime specification 1.0.2, config.md and config-linux.md. A seccomp profile belongs into
 * `linux.seccomp` here. Golden test: config.test.ts. Called by: backend.ts.
 */
import { hostUsers, openFilesMax, sandboxUser } from '../limits.ts'
import type { ReadOnlyMount, SandboxSpec } from '../sandbox.ts'

export interface OciOptions {
  /** The skeleton made by rootfs.ts. */
  readonly rootfs: string
  /** What of the host's user land every sandbox sees. */
  readonly userLand: readonly ReadOnlyMount[]
  readonly hostname: string
  /** Which range of host users this sandbox's users are; see `hostUsers`. */
  readonly userSlot: number
  /** A network namespace to join; undefined for a new one, with nothing but loopback. */
  readonly networkPath: string | undefined
  /** See `Cgroup.inner`. */
  readonly cgroupsPath: string | undefined
}

// Runtime-spec defaults as containerd and podman set them: kernel facts that are nobody's business inside.
const maskedPaths = [
  '/proc/acpi',
  '/proc/asound',
  '/proc/interrupts',
  '/proc/kcore',
  '/proc/keys',
  '/proc/latency_stats',
  '/proc/sched_debug',
  '/proc/scsi',
  '/proc/timer_list',
  '/proc/timer_stats',
]
const readonlyPaths = ['/proc/bus', '/proc/fs', '/proc/irq', '/proc/sys', '/proc/sysrq-trigger']

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
      rlimits: [
        { type: 'RLIMIT_NOFILE', soft: openFilesMax, hard: openFilesMax },
        { type: 'RLIMIT_CORE', soft: 0, hard: 0 },
      ],
      // The out-of-memory killer takes the function, not the runtime's waiting parent in the same group.
      oomScoreAdj: 1000,
    },
    root: { path: options.rootfs, readonly: true },
    hostname: options.hostname,
    mounts: mounts(spec, options.userLand),
    linux: {
      uidMappings: [mapping],
      gidMappings: [mapping],
      namespaces: [
        { type: 'pid' },
        { type: 'ipc' },
        { type: 'uts' },
        { type: 'mount' },
        { type: 'user' },
        { type: 'cgroup' },
        options.networkPath === undefined
          ? { type: 'network' }
          : { type: 'network', path: options.networkPath },
      ],
      ...(options.cgroupsPath === undefined ? {} : { cgroupsPath: options.cgroupsPath }),
      maskedPaths,
      readonlyPaths,
    },
  }
}

function mounts(spec: SandboxSpec, userLand: readonly ReadOnlyMount[]) {
  return [
    {
      destination: '/proc',
      type: 'proc',
      source: 'proc',
      options: ['nosuid', 'noexec', 'nodev'],
    },
    {
      // Holds what the OCI runtime puts there (null, zero, full, random, urandom, tty); only its root,
      // which nobody inside is, may write.
      destination: '/dev',
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['nosuid', 'noexec', 'strictatime', 'mode=755', 'size=64k'],
    },
    {
      destination: '/tmp',
      type: 'tmpfs',
      source: 'tmpfs',
      options: ['nosuid', 'nodev', 'mode=1777', `size=${spec.tmpMb}m`],
    },
    // Parents before what is mounted below them.
    ...[...userLand, ...spec.mounts]
      .toSorted((a, b) => (a.target < b.target ? -1 : 1))
      .map((mount) => ({
        destination: mount.target,
        type: 'bind',
        source: mount.source,
        options: ['bind', 'ro', 'nosuid', 'nodev'],
      })),
  ]
}
