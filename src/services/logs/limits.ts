/** Quotas of CloudWatch Logs, each with its source, and the bounds of our own that keep memory finite. */

/** PutLogEvents, API reference: UTF-8 bytes of the messages and 26 for each event. */
export const batchBytesMax = 1_048_576
export const eventOverheadBytes = 26
/** PutLogEvents, API reference: 1 MB an event. Observed: the 26 bytes count. */
export const eventBytesMax = 1_048_576
/** PutLogEvents, API reference. */
export const eventAgeMsMax = 14 * 24 * 3_600_000
export const eventFutureMsMax = 2 * 3_600_000
export const batchSpanMsMax = 24 * 3_600_000
/** GetLogEvents and FilterLogEvents, API reference: a page is 10,000 events or 1 MB, whichever comes first. */
export const pageEventsMax = 10_000
export const pageBytesMax = 1_048_576
/** DescribeLogGroups and DescribeLogStreams, API reference. */
export const describePageMax = 50
/** FilterLogEvents, API reference: newest first needs a `startTime` from here on (2024-01-01). */
export const newestFirstSinceMs = 1_704_067_200_000

/**
 * How far apart in time the events of one chunk may be. It is what lets the index find every chunk that
 * reaches into a time range: none can begin earlier than this before the range.
 */
export const chunkSpanMsMax = 10 * 60_000
/** Text of one chunk, but for a single event that is longer: a reader holds one for each stream it merges. */
export const chunkBytesMax = 256 * 1024

/** How long a line may wait in memory. A kill -9 loses this much of the newest lines. */
export const flushIntervalMs = 75
/** From here on the flush does not wait for its time. */
export const flushEarlyBytes = 1024 * 1024
/** What one write to the store takes: it is encoded in one go, about 1.5 ms of the main thread. */
export const flushBytesMax = 1024 * 1024
/** Log streams made in one transaction, during which no one else writes. */
export const streamsOpenedMax = 200
/** How long to leave the store alone after it refused a flush. */
export const flushRetryMs = 1_000
/**
 * Lines that wait for the store, all streams together. Beyond it a new line is dropped and counted: the older
 * ones tell how it came to this, and giving up the newest costs nothing.
 */
export const bufferedBytesMax = 64 * 1024 * 1024
/** What a line costs in memory beside its characters. */
export const lineOverheadBytes = 64
/** Streams that are told how many lines they lost; of further ones only the total is known. */
export const losingStreamsMax = 10_000

/** Chunk heads read from the index at once. */
export const chunkHeadsPerQuery = 256
/** Chunks fetched at once: so many, and no further one once they have so many bytes. */
export const chunksPerFetch = 32
export const chunkBytesPerFetch = 1024 * 1024
/** What one FilterLogEvents call looks through before it answers with what it found so far and a token. */
export const scanBytesMax = 32 * 1024 * 1024
/** Chunks of deleted streams that are removed in one transaction. */
export const chunksPerSweep = 128

/**
 * What a chunk is taken to use on disk beside its bytes: its row, six index entries, pages that are filled in part, its
 * share of its stream's row. Measured: 0.3 to 1.4 KB, the more the larger the chunk.
 */
export const chunkOverheadBytes = 1024
/** How often to look whether logs have outgrown what they may use. Ours: some 100 MB can come in a second. */
export const trimIntervalMs = 5_000
/** How far down they are cut then, as a share: not a little at every look. Ours. */
export const trimTo = 0.9
/** What is removed in one write, during which no one else writes: some 2 ms. Ours. */
export const chunksPerTrim = 64
export const bytesPerTrim = 1024 * 1024

/** FilterPattern, API reference. */
export const patternCharsMax = 1024
/** User guide: regular expressions in one filter pattern. */
export const patternRegexesMax = 2
/** Ours: characters of a regular expression, repetitions written out. Some 100 ms for a megabyte of text. */
export const regexPositionsMax = 256
/** How dear a pattern may be before a call looks through less than `scanBytesMax`. Ours. */
export const patternCostFree = 4

/** TagResource, API reference. */
export const tagsMax = 50

/** How often to look for expired events. Ours: they are gone for readers at once, this frees the disk; AWS takes days. */
export const expireIntervalMs = 10 * 60_000

/** StartLiveTail, API reference: an update a second, its events, how many updates wait for a slow client, and its end. */
export const tailIntervalMs = 1_000
export const tailUpdateEventsMax = 500
export const tailUpdatesWaitingMax = 10
export const tailTimeoutMs = 3 * 3_600_000
/** Live Tail sessions at once, of an account in a region: the API reference says that there is a limit, not which. Ours. */
export const tailSessionsMax = 15
/** Text in one update; beyond it, the update is a sample. Ours, as is what a session looks through in a second. */
export const tailUpdateBytesMax = 1024 * 1024
export const tailScanCharsMax = 16 * 1024 * 1024

/** PutMetricFilter and MetricTransformation, API reference. */
export const metricFiltersMax = 100
export const metricFiltersWithRegexMax = 5
export const metricDimensionsMax = 3

/** ListLogGroups, API reference; and how many groups it looks at in one query, which is ours. */
export const listPageDefault = 50
export const groupsPerQuery = 200
