/** Limits of the data plane, each with its source. */

/** Buffered answers, and error bodies: 6 MiB + 100 bytes (Runtime API, as the real service reports it). */
export const responseBytesMax = 6 * 1024 * 1024 + 100
/** Streamed answers: 200 MB (AWS Lambda developer guide, "Response streaming"). */
export const streamedBytesMax = 200 * 1024 * 1024
/** Init phase of on-demand functions: 10 s (AWS Lambda developer guide, "Runtime environment lifecycle"). */
export const initTimeoutMs = 10_000
/** Concurrent executions of an account in a region (Lambda quotas). */
export const accountConcurrencyMax = 1000
/**
 * Environments of all tenants of a function, busy and idle, for each execution it may have at once: 2,500 for 1,000
 * (developer guide, "Troubleshooting tenant isolation").
 */
export const tenantEnvironmentsPerExecution = 2.5
/** The tail of the log a caller may ask for: 4 KB (`X-Amz-Log-Type: Tail`). */
export const logTailBytesMax = 4096
/** One log event; longer lines are cut into several (CloudWatch Logs: 1 MB, less 26 bytes of its own). */
export const logEventBytesMax = 1_048_576 - 26
/**
 * What an environment may log at once. Ours: AWS names no such limit. Half of what may wait for the store in memory
 * (`bufferedBytesMax` of services/logs), so that one environment alone cannot cost others their lines, however slow
 * the disk is; the five largest answers there can be fit in.
 */
export const logBurstBytes = 32 * 1024 * 1024
/**
 * What it may log from then on, a second: twice the 2 MB of one log stream beyond which AWS may drop lines (developer
 * guide, "Troubleshoot execution issues in Lambda"). Some 40,000 lines; a twentieth of what the store can write.
 */
export const logBytesPerSecond = 4 * 1024 * 1024
/**
 * Once all of that is used up nothing is kept until this has come together, a second's worth. So what is kept of a
 * flood are whole passages, not one line in twenty, each with a remark about the others.
 */
export const logResumeBytes = 4 * 1024 * 1024
/** What a line costs in memory and on disk beside its text, roughly: many empty lines are much log, too. Ours. */
export const logLineOverheadBytes = 64
/** An environment nobody has invoked for so long is ended. AWS promises nothing; minutes are usual. */
export const idleEnvironmentMs = 10 * 60_000
/** An environment that is idle so long is frozen: AWS freezes at once, we not between calls one after the other. */
export const freezeAfterMs = 1_000
/** One that is idle so long gives back memory that can be read again from files. Ours. */
export const reclaimAfterMs = 60_000
/**
 * An environment goes before others while its invocations need no more processor time than this, each. Ours: what small
 * functions in Node.js and Python need, many times over; less than what neighbours get at a time.
 */
export const briefCpuMs = 1
/** One that computes is taken for brief after so many looks. Ours: kept from computing, it may look so once or twice. */
export const briefLooksMin = 3
/** How many shares such an environment has, at most. Ours: with eight it still had to wait at one call in a hundred. */
export const favouredShares = 64
/** Neighbours that compute yield to such environments, and go on doing so for so long after the last of them was there. Ours. */
export const yieldForMs = 60_000
/**
 * Of the processors' time, what nobody uses when brief environments let others finish. Ours: with 16 callers and nobody
 * beside them two processors are idle for an eighth of it, with a process that computes all the time for a hundredth.
 */
export const spareMin = 0.05
/** They go on doing so for so long after the last of them was invoked. Ours. */
export const waitForMs = 10_000
/** Of environments of which little is known yet, so many are looked at a second: half a millisecond. Ours. */
export const freshLooksMax = 16
/** At most so often is it looked at, by what is known of it: a look takes some tens of µs, on some hosts 200. Ours. */
export const lookAfterMs = { brief: 100, fresh: 100, computing: 1_000 } as const
/**
 * A runtime that has answered is waited for so long, and so is one of many that are quick: cheaper than another
 * environment. Ours: many times what either takes, and more than two ticks of most kernels, which is how long whoever
 * waits for a processor may get none.
 */
export const patienceMs = 10
/** As many as there are processors get done meanwhile, or this many; fewer have waited in vain. Ours. */
export const progressMax = 16
/** Invocations that take less are quick: processor time, nearly all of it. Ours. */
export const quickMs = 0.5
/** So long the server looks for answers and requests without sleeping: a small function and a client take that. Ours. */
export const busyPollMs = 0.15
/** Ours: a turn in which nothing comes takes a microsecond or two. */
export const busyPollTurnsMax = 1_000
/** So often is it looked at whether processors are kept from sleeping, at most. Ours. */
export const wakefulLookMs = 50
/**
 * And they are when so many invocations of quick functions have come meanwhile: one every 2.5 ms. Ours: where processors
 * sleep at once each is 70 µs quicker by it; for fewer it would be much power for little.
 */
export const wakefulCallsMin = 20
/** And at each cold start for so long: what one from the pool takes, twice. Ours. */
export const wakefulStartMs = 10
/** After waiting in vain for those that are quick otherwise, this long, or longer, nobody does. Ours. */
export const impatientMs = 100
export const impatientMaxMs = 10_000
/** An environment is replaced after so long, however busy. AWS: "every few hours". */
export const lifeMaxMs = 4 * 60 * 60_000
/**
 * And after so many invocations for each MB of its memory. Runtimes put each one's trace into `_X_AMZN_TRACE_ID`, and
 * glibc keeps all values that a variable ever had, some 165 bytes each: an eighth of the memory then. Ours.
 */
export const invocationsPerMbMax = 800
/** Requests that a runtime may send ahead of our answers, bytes; then we stop reading until it catches up. */
export const pipelinedBytesMax = 64 * 1024
/** Events up to this size leave in one piece with their head. Ours. */
export const joinedBytesMax = 16 * 1024
/** Connections a runtime may hold open to its Runtime API; further ones are closed at once. */
export const connectionsMax = 64
/** Sandboxes of one kind that wait, when it is asked for at all, and when many ask. Ours. */
export const waitingMin = 2
export const waitingMax = 32
/** What one is taken to use until it is measured, bytes. Ours: a booted Node.js, an empty shell. */
export const waitingBytesAtFirst = { booted: 48 * 1024 * 1024, empty: 4 * 1024 * 1024 } as const
/** A kind that nobody has asked for so long has none waiting any more. Ours. */
export const idleKindMs = 30 * 60_000
export const poolSweepMs = 30_000
/** After one is taken, this long until the next is made; longer, up to the patience, while others start. Ours. */
export const refillDelayMs = 25
export const refillPatienceMs = 1_000
/** How long to leave a kind alone that fails: 1 s, 2 s, 4 s, up to a minute. Ours. */
export function retryDelayMs(failures: number): number {
  return Math.min(60_000, 500 * 2 ** Math.min(failures, 10))
}
