/**
 * Tells when an invocation had better wait for an environment that is about to be free than wake or start another.
 *
 * A runtime that has answered asks for its next event in a moment, in a request of its own. And where all processors
 * have an environment of a revision that needs them for a fraction of a millisecond, further ones get nothing done
 * sooner: they only take turns, each with its memory out of the caches. So there the invocations queue, as they would
 * for the processors. What counts is the quickest of late: under load most wait for a processor. Where hardly any
 * get done meanwhile, they wait for something else, and this ends for a while, the longer the more often that happens.
 * Invariant: nobody waits for longer than twice `patienceMs` while hardly any get done.
 * Called by: environment-pool.ts. Measured: docs/benchmarks.md, the rows of 16 connections.
 */
import type { Clock, Timer } from '../kernel/clock.ts'
import { impatientMaxMs, impatientMs, patienceMs, progressMax, quickMs } from './limits.ts'

/** How fast the quickest is forgotten. */
const forgetting = 1 / 64

export interface PatientOwner {
  /** Whether anybody waits because it is crowded. */
  isHeld(): boolean
  /** Gives those who wait an environment each, idle or new, as far as it is not crowded. */
  serve(): void
}

export class Patience {
  readonly #clock: Clock
  readonly #owner: PatientOwner
  readonly #processors: number
  #quickestMs = quickMs
  #finished = 0
  /** `#finished` when the timer was set. */
  #finishedThen = 0
  #timer: Timer | undefined
  /** After waiting in vain; monotonic. */
  #impatientUntilMs = -Infinity
  #impatientForMs = impatientMs

  constructor(clock: Clock, processors: number, owner: PatientOwner) {
    this.#clock = clock
    this.#processors = processors
    this.#owner = owner
  }

  /** @param durationMs from its start until its environment was free again */
  onFinished(durationMs: number): void {
    this.#finished += 1
    const beyondMs = durationMs - this.#quickestMs
    if (beyondMs < 0) this.#quickestMs = durationMs
    else this.#quickestMs += Math.min(beyondMs, quickMs) * forgetting
  }

  /** How long an invocation takes when it need not wait for a processor; half a millisecond or more is all the same. */
  get quickestMs(): number {
    return this.#quickestMs
  }

  /** Whether one more at work would be one too many. @param working environments, and those that start */
  isCrowded(working: number): boolean {
    if (working < this.#processors || this.#quickestMs >= quickMs) return false
    return this.#clock.monotonicMs() >= this.#impatientUntilMs
  }

  /** Somebody waits. `serve` is called in a moment, unless others get done all the time. */
  wait(): void {
    if (this.#timer) return
    this.#finishedThen = this.#finished
    // One turn later: if we have come late, what got done meanwhile lies unread in the sockets.
    this.#timer = this.#clock.after(patienceMs, () => setImmediate(() => this.#judge()))
  }

  #judge(): void {
    if (!this.#timer) return
    this.#timer = undefined
    if (this.#owner.isHeld()) {
      const progress = this.#finished - this.#finishedThen
      if (progress >= Math.min(this.#processors, progressMax)) return this.wait()
      this.#loseIt()
    }
    this.#owner.serve()
  }

  /** Nobody waits any more. */
  end(): void {
    this.#timer?.cancel()
    this.#timer = undefined
  }

  #loseIt(): void {
    const nowMs = this.#clock.monotonicMs()
    const isLongAgo = nowMs - this.#impatientUntilMs > impatientMaxMs
    this.#impatientForMs = isLongAgo
      ? impatientMs
      : Math.min(impatientMaxMs, this.#impatientForMs * 2)
    this.#impatientUntilMs = nowMs + this.#impatientForMs
  }
}
