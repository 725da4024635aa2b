/**
 * Time, as a parameter. `Date`, timers and `Math.random` live in this room alone, so that tests can
 * drive everything else with a clock of their own.
 */
export interface Timer {
  /** Does nothing when the timer has fired or was cancelled before. */
  cancel(): void
}

export interface Clock {
  /** Wall clock, Unix epoch ms. May jump. */
  nowMs(): number
  /** Monotonic ms with a fraction, from an arbitrary start. For durations. */
  monotonicMs(): number
  /** Calls back once, no sooner than `delayMs` from now; does not keep the process alive. */
  after(delayMs: number, callback: () => void): Timer
}

class SystemTimer implements Timer {
  readonly #handle: NodeJS.Timeout
  constructor(handle: NodeJS.Timeout) {
    this.#handle = handle
  }
  cancel(): void {
    clearTimeout(this.#handle)
  }
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after: (delayMs, callback) => new SystemTimer(setTimeout(callback, delayMs).unref()),
}

/** Resolves after `delayMs` of the given clock. */
export function sleep(clock: Clock, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.after(delayMs, resolve)
  })
}

/** Resolves after `delayMs` of real time, and keeps the process alive meanwhile: for commands, which nothing else does. */
export function pause(delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, delayMs)
  })
}
