/** The bounds of the SQLite store. None is AWS's: they keep memory and waiting times finite. */

/** Transactions and writes that may wait; the next one is refused with `StoreBusyError`. */
export const writersWaitingMax = 10_000
/** Parameter bytes of the `write`s that may wait; the next one is refused with `StoreBusyError`. */
export const writersWaitingBytesMax = 64 * 1024 * 1024
/** Threads that read, when one is not enough. Ours. */
export const readersMax = 2

/** Reads that may wait, over all readers; the next one is refused with `StoreBusyError`. */
export const readsWaitingMax = 10_000

/** A group is committed once it has so many members ... */
export const groupMembersMax = 1_000
/** ... or so many parameter bytes of `write`s ... */
export const groupBytesMax = 8 * 1024 * 1024
/** ... or has been open for so long, so that the first member of a stream of them is not kept waiting. */
export const groupOpenMsMax = 4

/** How long the body of one transaction may take: all writers wait for it. */
export const transactionMsMax = 10_000
/** Migrations run before anything is served, and may rewrite a large table. */
export const migrationMsMax = 3_600_000

/** How long to wait for a lock that a foreign process holds, such as a backup or the sqlite3 shell. */
export const busyTimeoutMs = 5_000
/** Prepared statements kept per thread; the least recently used one is let go. */
export const preparedStatementsMax = 500
/** SQLite's page cache per thread, KiB: the hot part of the tables without a system call per page. */
export const pageCacheKib = 16 * 1024
/** The write-ahead log is cut back to this after a peak. */
export const walBytesKept = 16 * 1024 * 1024
