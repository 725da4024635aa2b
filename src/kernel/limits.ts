/** Limits that more than one room keeps. */

/**
 * What a deployment package may unpack to: 250 MiB ("Lambda quotas"). The number of entries is ours: a package
 * with a large node_modules has some ten thousand.
 */
export const packageLimits = { unzippedBytesMax: 262_144_000, entryCountMax: 200_000 } as const
