/** Limits that more than one room keeps. */

/**
 * What a deployment package may unpack to: 250 MiB ("Lambda quotas"). The number of entries is ours: a package
 * with a large node_modules has some ten thousand.
 */
export const packageLimits = { unzippedBytesMax: 262_144_000, entryCountMax: 200_000 } as const

/** A head has no more lines: each costs memory, however short it is. Ours; node:http drops what is beyond 2,000. */
export const headerLinesMax = 1000
/** Of the header lines of a connection so many are remembered, each up to so many characters. Ours. */
export const headerLinesKeptMax = 24
export const headerLineCharsMax = 512
/** So often a line is learnt anew on a connection; beyond that unknown ones are only read. Ours. */
export const headerLinesLearntMax = 200
