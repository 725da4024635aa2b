/** Every limit of this room, with its source. */

/** Memory that buys one whole vCPU. Source: AWS developer guide, "Configure Lambda function memory". */
export const memoryMbPerCpu = 1769

/** The smallest function's memory: its CPU weight is the kernel's default. Source: "Lambda quotas". */
export const memoryMbMin = 128

/** The largest function's memory. Source: "Lambda quotas". */
export const memoryMbMax = 10_240

/** Processes and threads of one sandbox together. Source: AWS developer guide, "Lambda quotas". */
export const processesMax = 1024

/** Open files of one process. Source: AWS developer guide, "Lambda quotas". */
export const openFilesMax = 1024

/** Memory that one process may lock, bytes. Ours: the kernel's own default before 5.16. */
export const lockedMemoryBytesMax = 64 * 1024

/** Queued signals, timers included: see oci/config.ts for whom they are counted. Ours: one a process. */
export const pendingSignalsMax = 1024

/** /tmp holds a file for every so many bytes of its size. Ours: as mke2fs does for small disks. */
export const tmpBytesPerFile = 4096

/** The size of /tmp, MiB, that a file system is tried with at the start. Source: EphemeralStorage, its least. */
export const tmpMbDefault = 512

/** Sizes of /tmp of which the template is kept, some 100 KB each. Ours: few functions have one of their own. */
export const tmpTemplatesMax = 32

/** How long mke2fs may take, and how long its result may be in use elsewhere. Ours: it takes 5 ms. */
export const tmpTemplatePatienceMs = 20_000

/**
 * What a sandbox may have written to its /tmp that is not in its file yet, about. Ours: at a gigabyte a second still no
 * bottleneck, and an eighth of the smallest function's memory.
 */
export const tmpDirtyBytesMax = 16 * 1024 * 1024

/** File systems for /tmp made ahead: of each of the sizes asked for last, and of how many sizes. Ours. */
export const spareDisks = { each: 2, sizes: 2 } as const

/** What stays free of the disk that /tmp is on, whatever functions write: the lesser of both. Ours. */
export const diskReserve = { bytes: 1024 * 1024 * 1024, partOfDisk: 1 / 10 } as const

/** How often a loop device may be taken by others between finding it free and taking it. Ours. */
export const loopDeviceTries = 32

/** The user that functions run as on AWS: `sbx_user1051`. Source: observed. */
export const sandboxUser = { name: 'sbx_user1051', uid: 993, gid: 990 } as const

/** Where a `tcp` Runtime API listens, inside the sandbox. Source: observed, AWS_LAMBDA_RUNTIME_API. */
export const runtimeApiAddress = { host: '127.0.0.1', port: 9001 } as const

/** How old a peak memory figure may be. Ours: at most every 100 ms for each sandbox it takes some 20 us to read. */
export const peakMemoryAgeMs = 100

/** How far a peak memory figure may be from exact before its processes are looked at. Ours. */
export const peakUncertaintyBytes = 2 * 1024 * 1024

/** How many of its processes, then. Ours: some 10 us each, on the main thread. */
export const peakProcessesMax = 16

/** What is asked back of a sandbox that rests: more than any has to give. Ours. */
export const reclaimBytes = 1024 * 1024 * 1024

/** How long the freezer may take before the sandbox counts as broken. Ours: it takes well under 10 ms. */
export const freezeTimeoutMs = 2_000

/**
 * How long killed processes may take to vanish before removal is given up and reported. Ours: a killed
 * process can sit in the kernel while it gives back gigabytes or waits for a disk.
 */
export const removeTimeoutMs = 20_000

/** How long output of a dead process may take to arrive before its pipes are closed. Ours. */
export const outputDrainMs = 1_000

/** How long a sandbox that waits may take from its start to its first process. Ours: a hundred times what it takes. */
export const readyPatienceMs = 5_000

/** When crun has surely compiled the list of system calls for a sandbox it was told to start. Ours. */
export const compiledFilterMs = 500
/** So long is waited between two looks whether it has. Ours: less than half of what the shortest sandbox lives. */
export const compiledFilterLookMs = 1

/** Networks made ahead, each five descriptors of the server and no process. Ours. */
export const spareNetworks = 4

/** How gVisor may get at a function's system calls, fastest first. Ours: KVM would need its device inside. */
export const gvisorPlatforms = ['systrap', 'ptrace'] as const

/**
 * What gVisor gets beside the function. Ours, measured: it uses 21 MB of memory with a shell in it, more with what is open
 * and mapped; and for each process of the function seven of the host's processes and threads (ptrace) or two (systrap).
 * As many as for 1,024 would be too many for hosts that have 32,768 in all.
 */
export const gvisorOverhead = { memoryBytes: 64 * 1024 * 1024, processes: 3_072 } as const

/** How long gVisor may take to stop, one that is still starting to start first. Ours: mostly it takes 20 ms. */
export const gvisorPauseTimeoutMs = 10_000

/** Of the path of a Unix socket, its end included. Source: unix(7), sun_path. */
export const unixPathBytesMax = 108

/** Kept of what an OCI runtime says when it fails. Ours: it is one line in practice. */
export const runtimeLogBytesMax = 4_096

/**
 * Every sandbox maps its users to 65,536 host users of its own, from `first` up. Ours: above what
 * `/etc/subuid` hands to people and system services, below 2^31.
 */
export const hostUsers = { first: 200_000, perSandbox: 65_536, slots: 16_384 } as const

/**
 * Where addresses of sandboxes on the host come from: the first that no route of the host overlaps. Ours: first
 * what RFC 2544 sets aside for benchmarks, which nobody routes, then corners of private ranges.
 */
export const sandboxRanges = [
  '198.18.0.0/16',
  '198.19.0.0/16',
  '100.127.0.0/16',
  '10.231.0.0/16',
  '172.29.0.0/16',
] as const

/** Of the DNS that sandboxes have. Without another source: ours. */
export const dnsLimits = {
  /** Queries of one sandbox. Source: Amazon VPC user guide, "Amazon DNS server", packets for each interface. */
  queriesPerSecondMax: 1_024,
  /** What one sandbox may wait for at once; beyond it queries are dropped. */
  outstandingPerSandboxMax: 64,
  /** What all may wait for at once, each a socket of the server's; beyond it queries fail. */
  outstandingMax: 512,
  connectionsPerSandboxMax: 8,
  /** A name has 255 bytes at most, and options of EDNS are short. */
  queryBytesMax: 4_096,
  /** Answers that a sandbox does not read; beyond it the connection is closed. */
  unsentBytesMax: 262_144,
  /** How long a connection may say nothing. RFC 7766, section 6.2.3, wants a few seconds. */
  idleMs: 10_000,
  /** How long one nameserver has. Two tries are over before the C library inside gives up after five seconds. */
  tryMs: 2_000,
  /** How old what is known of resolv.conf may be. */
  resolvConfAgeMs: 5_000,
} as const

/**
 * Connections of one sandbox to its Runtime API, and as many to lambdad's endpoint; further ones are closed at
 * once. Ours: a runtime, ten extensions and clients with pools need some dozens, and each is one of the server's
 * descriptors.
 */
export const networkConnectionsMax = 256

/** Connections of one sandbox to the network, UDP's included. Ours: at most this part of what the host can track. */
export const sandboxConnectionsMax = { most: 1_024, partOfHost: 1 / 16 } as const

/**
 * Where no sandbox may send to, whatever the host's routes say: nobody's addresses, and those at which clouds
 * answer any program on a machine with the machine's own credentials.
 */
export const forbiddenDestinations = [
  '0.0.0.0/8',
  '127.0.0.0/8',
  // Link-local, and with 169.254.169.254 the metadata of most clouds. Source: RFC 3927.
  '169.254.0.0/16',
  // Metadata of Oracle's cloud, classic. Source: RFC 6890, IETF protocol assignments.
  '192.0.0.0/24',
  // Metadata of Alibaba's cloud. Source: its ECS user guide.
  '100.100.100.200',
  // Azure's platform, with the machine's configuration. Source: "What is IP address 168.63.129.16?".
  '168.63.129.16',
  // Benchmarks: no network, but where our sandboxes are. Source: RFC 2544.
  '198.18.0.0/15',
  // Multicast, reserved and broadcast. Source: RFC 6890.
  '224.0.0.0/3',
] as const

/** Kept of what a program of the host's says. Ours: a firewall's list of chains is some kilobytes. */
export const programOutputBytesMax = 4_194_304

/** A program of the host's that has not ended by then is killed. Ours: each ends within a fraction of a second. */
export const programTimeoutMs = 30_000

/** Beyond so much of all processors all sandboxes stand back behind the rest of the host, until they use less than that. Ours. */
export const hostUseMax = 0.75
export const hostUseMin = 0.4
/**
 * Of their share, what they have then before Linux 5.15, where no group can be idle: 32 of cgroup v1's shares to a
 * processor. Ours: with more than 64 others starve.
 */
export const standingBackShare = 1 / 32
/** So often is it looked at: one small read. Ours. */
export const hostShareLookMs = 100
