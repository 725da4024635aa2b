/** Limits of the listener. */

/** The largest request of any operation served: CreateFunction with a 50 MB zip in base64 (recorded from AWS). */
export const requestBytesMax = 70_167_211
/** Bodies in memory at once, of all requests; beyond it new ones are answered 503. */
export const bufferedBytesMax = 1024 * 1024 * 1024
/** Request line and headers (Lambda quotas: 1 MB for Invoke). */
export const headerBytesMax = 1024 * 1024
/** A client has this long to send its headers. */
export const headersTimeoutMs = 60_000
/** A client has this long to send a whole request: a 50 MB upload over a slow line. */
export const requestTimeoutMs = 10 * 60_000
/** Longer than the SDKs keep connections, so that they, not we, close idle ones. */
export const keepAliveMs = 75_000
/** Connections at once; further ones are closed as they come. */
export const connectionsMax = 10_000

/** What a plain request (plain/) may have; larger ones are read by node:http. */
export const plainHeadBytesMax = 16 * 1024
export const plainBodyBytesMax = 64 * 1024
/** Clients send a request in one piece or two; what comes in more than this is read by node:http. */
export const plainPiecesMax = 8
/** Requests sent ahead wait in this much memory; beyond it the connection is not read for a while. */
export const plainPendingBytesMax = 128 * 1024
/** An unfinished request is left to node:http, and to its timeouts, after this long. */
export const partialRequestMs = 5_000
/** How often silent connections are looked for. */
export const sweepIntervalMs = 2_500
/** Answers up to this size leave in one piece with their head. */
export const joinedBytesMax = 16 * 1024
