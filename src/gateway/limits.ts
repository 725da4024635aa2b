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
