/**
 * Tells when an invocation had better wait for an environment that is about to be free than wake or start another.
 *
 * A runtime that has answered asks for its next event in a moment, in a request of its own. And where all processors
 * have an environment of a function that needs them for a fraction of a millisecond, further ones get nothing done
 * sooner: they only take turns, each with its memory out of the caches. So there the invocations queue, as they would
 * for the processors. What counts is the quickest of late: under load most wait for a processor. Where nothing gets
 * done meanwhile, they wait for something else, and this ends for a while, the longer the more often that happens.
 * Invariant: nobody waits for longer than `patienceMs` while none gets done.
 * Called by: environment-pool.ts. Measured: docs/benchmarks.md, the rows of 16 connections.
 */
import { availableParallelism } from 'node:os'
import type { Clock, Timer } from '../kernel/clock.ts'
import { impatientMaxMs, impatientMs, patienceMs, quickMs } from './limits.ts'

/** How fast the quickest is forgotten. */
const forgetting = 1 / 64

export class Patience {
  readonly #clock: Clock
  readonly #serve: () => void
  readonly #processors: number
  #quickestMs = quickMs
  #finished = 0
  /** `#finished` when the timer was set. */
  #finishedThen = 0
  #timer: Timer | undefined
  /** After waiting in vain; monotonic. */
  #impatientUntilMs = -Infinity
  #impatientForMs = impatientMs

  /** @param serve gives all who wait an environment each, idle or new. */
  constructor(clock: Clock, serve: () => void, processors: number = availableParallelism()) {
    this.#clock = clock
    this.#serve = serve
    this.#processors = processors
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

  /** Whether one more at work would be one too many. @param working environments of the function, and those that start */
  isCrowded(working: number): boolean {
    if (working < this.#processors || this.#quickestMs >= quickMs) return false
    return this.#clock.monotonicMs() >= this.#impatientUntilMs
  }

  /** Somebody waits. `serve` is called unless, time and again, others get done and it is crowded. */
  wait(isCrowded: () => boolean): void {
    if (this.#timer) return
    this.#finishedThen = this.#finished
    this.#timer = this.#clock.after(patienceMs, () => {
      this.#timer = undefined
      const inVain = this.#finished === this.#finishedThen
      if (isCrowded()) {
        if (!inVain) return this.wait(isCrowded)
        this.#loseIt()
      }
      this.#serve()
    })
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
