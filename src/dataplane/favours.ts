/**
 * Environments whose invocations are brief, and how many shares of the processors each of them has.
 *
 * With equal shares, one that needs 20 µs of a processor at each of many calls has soon used up its own, and waits for
 * neighbours that take all they get, until the kernel's next tick: milliseconds. So it has many shares, of which it needs
 * few. Invariant: as many environments as there are processors have `favouredShares` each at most, and the more there are
 * the fewer they have together, down to one each; so neighbours that compute always go on. One server has one of these.
 * Called by: environment-pace.ts; dataplane.ts calls `sweep`.
 */
import type { EnvironmentPace } from './environment-pace.ts'
import { favouredShares } from './limits.ts'

export class Favours {
  readonly #brief = new Set<EnvironmentPace>()
  readonly #processors: number

  constructor(processors: number) {
    this.#processors = processors
  }

  add(pace: EnvironmentPace): void {
    this.#brief.add(pace)
  }

  delete(pace: EnvironmentPace): void {
    this.#brief.delete(pace)
  }

  /** For each of them: a power of two, so that it changes seldom. */
  get times(): number {
    const crowd = Math.max(1, this.#brief.size / this.#processors)
    return 2 ** Math.max(0, Math.floor(Math.log2(favouredShares / crowd ** 2)))
  }

  /** About once a second: of those in an invocation that is brief no more, and of those that have got company. */
  sweep(nowMs: number): void {
    for (const pace of [...this.#brief]) pace.look(nowMs)
  }
}
