/** Limits of the data plane, each with its source. */

/** Buffered answers, and error bodies: 6 MiB + 100 bytes (Runtime API, as the real service reports it). */
export const responseBytesMax = 6 * 1024 * 1024 + 100
/** Init phase of on-demand functions: 10 s (AWS Lambda developer guide, "Runtime environment lifecycle"). */
export const initTimeoutMs = 10_000
/** Concurrent executions of an account in a region (Lambda quotas). */
export const accountConcurrencyMax = 1000
/** The tail of the log a caller may ask for: 4 KB (`X-Amz-Log-Type: Tail`). */
export const logTailBytesMax = 4096
/** One log event; longer lines are cut into several (CloudWatch Logs: 1 MB, less 26 bytes of its own). */
export const logEventBytesMax = 1_048_576 - 26
/** An environment nobody has invoked for so long is ended. AWS promises nothing; minutes are usual. */
export const idleEnvironmentMs = 10 * 60_000
/** Requests that a runtime may send ahead of our answers, bytes; then we stop reading until it catches up. */
export const pipelinedBytesMax = 64 * 1024
/** Connections a runtime may hold open to its Runtime API; further ones are closed at once. */
export const connectionsMax = 64
