/** Every limit of this room, with its source. */

/** Of an answer, bytes. Ours: ten times what Invoke may answer. Source for that: AWS developer guide, "Lambda quotas". */
export const answerBytesMax = 64 * 1024 * 1024

/** Of an event for a function, bytes. Source: "Lambda quotas", synchronous invocation. */
export const payloadBytesMax = 6_291_556

/** Of a deployment package, bytes: zipped, and unzipped. Source: "Lambda quotas". */
export const packageBytesMax = { zipped: 50 * 1024 * 1024, unzipped: 250 * 1024 * 1024 } as const

/** Files of a deployment package. Ours: what a zip without extensions can list. Source: APPNOTE.TXT 4.4.22. */
export const packageFilesMax = 65_535

/** A file that is read to guess from, bytes. Ours: a handler's file is source code. */
export const sourceBytesMax = 1024 * 1024

/** How long a deployment may take, ms. Ours: a runtime of 60 MB may have to be fetched first. */
export const deploymentMs = 10 * 60_000

/** Between two looks at a deployment, ms. Ours. */
export const deploymentPollMs = 100

/** Between two looks at a log that is followed, ms. Ours: lines are readable after 75 ms. */
export const followPollMs = 250

/** How long after its own time an event may still come into a log that is followed, ms. Ours. */
export const lateEventMs = 2_000

/** What of a log is shown when nobody says since when, ms. Ours. */
export const logSinceMs = 60 * 60_000
