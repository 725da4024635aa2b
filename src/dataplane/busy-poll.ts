/**
 * Keeps the event loop awake for a moment in which something is bound to come: the answer of a quick function, and the
 * next request of a client that calls in sequence.
 *
 * A processor that sleeps until then wakes up late, in virtual machines by tens of microseconds, and an invocation has
 * four such moments. Costs that much processor time, so only while fewer invocations are under way than there are
 * processors: see dataplane.ts.
 */
import type { Clock } from '../kernel/clock.ts'
import { busyPollMs, busyPollTurnsMax } from './limits.ts'

export class BusyPoll {
  readonly #clock: Clock
  #untilMs = -Infinity
  #polling = false
  /** Of the event loop, that it may still take. */
  #turnsLeft = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** From now on, for `busyPollMs`. */
  begin(): void {
    this.#untilMs = this.#clock.monotonicMs() + busyPollMs
    this.#turnsLeft = busyPollTurnsMax
    if (this.#polling) return
    this.#polling = true
    setImmediate(this.#turn)
  }

  readonly #turn = (): void => {
    this.#turnsLeft -= 1
    this.#polling = this.#turnsLeft > 0 && this.#clock.monotonicMs() < this.#untilMs
    if (this.#polling) setImmediate(this.#turn)
  }
}
