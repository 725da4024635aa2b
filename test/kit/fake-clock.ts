import type { Clock, Timer } from '../../src/kernel/clock.ts'

/** A clock that stands still until a test moves it. */
export class FakeClock implements Clock {
  #nowMs: number
  readonly #startMs: number
  #timers: { atMs: number; callback: () => void }[] = []

  constructor(nowMs = Date.UTC(2026, 10, 21, 12)) {
    this.#nowMs = nowMs
    this.#startMs = nowMs
  }

  nowMs(): number {
    return this.#nowMs
  }

  monotonicMs(): number {
    return this.#nowMs - this.#startMs
  }

  after(delayMs: number, callback: () => void): Timer {
    const timer = { atMs: this.#nowMs + delayMs, callback }
    this.#timers.push(timer)
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((each) => each !== timer)
      },
    }
  }

  /** How many timers wait. */
  get pending(): number {
    return this.#timers.length
  }

  /** Moves time on, calling what falls due on the way, in its order. */
  advance(byMs: number): void {
    const untilMs = this.#nowMs + byMs
    for (;;) {
      const due = this.#timers.filter((timer) => timer.atMs <= untilMs)
      const first = due.toSorted((a, b) => a.atMs - b.atMs)[0]
      if (!first) break
      this.#timers = this.#timers.filter((timer) => timer !== first)
      this.#nowMs = Math.max(this.#nowMs, first.atMs)
      first.callback()
    }
    this.#nowMs = untilMs
  }
}
