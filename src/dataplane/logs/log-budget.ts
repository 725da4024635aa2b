/**
 * How much an environment may log: a token bucket between its output and the store, which would otherwise take all
 * that a processor can write, without end.
 *
 * What it is not: it never holds anything back or slows anybody down; what goes beyond is left out and counted.
 * Invariant: within any time t it lets through at most `logBurstBytes` and t x `logBytesPerSecond`.
 * Called by: environment-log.ts, for a function's output alone; the platform's own lines always pass.
 */
import type { Clock } from '../../kernel/clock.ts'
import type { Counter } from '../../kernel/metrics.ts'
import {
  logBurstBytes,
  logBytesPerSecond,
  logLineOverheadBytes,
  logResumeBytes,
} from '../limits.ts'

/** What was left out, in AWS's terms (Telemetry API, `platform.logsDropped`). */
export interface DroppedLogs {
  readonly droppedRecords: number
  readonly droppedBytes: number
}

/** Of all environments together. */
export interface DropCounters {
  readonly records: Counter
  readonly bytes: Counter
}

export class LogBudget {
  readonly #clock: Clock
  readonly #counters: DropCounters
  #tokens = logBurstBytes
  #filledMs: number
  #isPaused = false
  #droppedRecords = 0
  #droppedBytes = 0

  constructor(clock: Clock, counters: DropCounters) {
    this.#clock = clock
    this.#counters = counters
    this.#filledMs = clock.monotonicMs()
  }

  /** To be called before each piece of output: reading the clock for every line would cost more than the rest. */
  refill(): void {
    const nowMs = this.#clock.monotonicMs()
    const earned = ((nowMs - this.#filledMs) / 1000) * logBytesPerSecond
    this.#tokens = Math.min(logBurstBytes, this.#tokens + earned)
    this.#filledMs = nowMs
    if (this.#tokens >= logResumeBytes) this.#isPaused = false
  }

  /** Whether a line of so many bytes may be kept; if not, it counts as dropped. */
  admits(bytes: number): boolean {
    if (!this.#isPaused && this.#tokens >= bytes + logLineOverheadBytes) return true
    this.#isPaused = true
    this.#droppedRecords += 1
    this.#droppedBytes += bytes
    this.#counters.records.value += 1
    this.#counters.bytes.value += bytes
    return false
  }

  /** A line is kept. @param bytes of its text in UTF-8, which may be more than what was read of the process. */
  spend(bytes: number): void {
    this.#tokens -= bytes + logLineOverheadBytes
  }

  /** What was left out since the last call; undefined when nothing was. */
  takeDropped(): DroppedLogs | undefined {
    if (this.#droppedRecords === 0) return undefined
    const dropped = { droppedRecords: this.#droppedRecords, droppedBytes: this.#droppedBytes }
    this.#droppedRecords = 0
    this.#droppedBytes = 0
    return dropped
  }
}
