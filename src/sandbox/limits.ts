/** Every limit of this room, with its source. */

/** Memory that buys one whole vCPU. Source: AWS developer guide, "Configure Lambda function memory". */
export const memoryMbPerCpu = 1769

/** The smallest function's memory: its CPU weight is the kernel's default. Source: "Lambda quotas". */
export const memoryMbMin = 128

/** Processes and threads of one sandbox together. Source: AWS developer guide, "Lambda quotas". */
export const processesMax = 1024

/** Open files of one process. Source: AWS developer guide, "Lambda quotas". */
export const openFilesMax = 1024

/** The user that functions run as on AWS: `sbx_user1051`. Source: observed. */
export const sandboxUser = { name: 'sbx_user1051', uid: 993, gid: 990 } as const

/** Where a `tcp` Runtime API listens, inside the sandbox. Source: observed, AWS_LAMBDA_RUNTIME_API. */
export const runtimeApiAddress = { host: '127.0.0.1', port: 9001 } as const

/** How old a peak memory figure may be. Ours: one read of a cgroup file per 100 ms and sandbox at most. */
export const peakMemoryAgeMs = 100

/** How long the freezer may take before the sandbox counts as broken. Ours: it takes well under 10 ms. */
export const freezeTimeoutMs = 2_000

/**
 * How long killed processes may take to vanish before removal is given up and reported. Ours: a killed
 * process can sit in the kernel while it gives back gigabytes or waits for a disk.
 */
export const removeTimeoutMs = 20_000

/** How long output of a dead process may take to arrive before its pipes are closed. Ours. */
export const outputDrainMs = 1_000

/** Network namespaces made ahead, each two descriptors of the server and nothing else. Ours. */
export const spareNetworks = 4

/** Kept of what an OCI runtime says when it fails. Ours: it is one line in practice. */
export const runtimeLogBytesMax = 4_096

/**
 * Every sandbox maps its users to 65,536 host users of its own, from `first` up. Ours: above what
 * `/etc/subuid` hands to people and system services, below 2^31.
 */
export const hostUsers = { first: 200_000, perSandbox: 65_536, slots: 16_384 } as const
