/**
 * Environments that are kept ready for a version: how many there are to be, and how far that is.
 *
 * Any environment counts, whoever it was started for; those above the number come and go with demand. One that cannot
 * be had is tried again, ever more seldom. Called by: environment-pool.ts. Source: developer guide, "Configuring
 * provisioned concurrency for a function".
 */
import type { Clock, Timer } from '../kernel/clock.ts'
import type { ProvisionedState } from '../kernel/ports.ts'
import { retryDelayMs } from './limits.ts'

export class Provisioned {
  readonly #clock: Clock
  readonly #grow: () => void
  #wanted = 0
  #failures = 0
  #failure: string | undefined
  #retry: Timer | undefined

  /** @param grow is called when it is time to try again */
  constructor(clock: Clock, grow: () => void) {
    this.#clock = clock
    this.#grow = grow
  }

  get wanted(): number {
    return this.#wanted
  }

  want(count: number): void {
    this.#wanted = count
    this.#failures = 0
    this.#failure = undefined
    this.#retry?.cancel()
    this.#retry = undefined
  }

  /** How many more to start, of which there are `present`, ready or starting. */
  missing(present: number): number {
    return this.#retry ? 0 : Math.max(0, this.#wanted - present)
  }

  onReady(): void {
    this.#failures = 0
    this.#failure = undefined
  }

  /** @param words why an environment could not be had */
  onFailed(words: string): void {
    this.#failures += 1
    this.#failure = words
    this.#retry ??= this.#clock.after(retryDelayMs(this.#failures), () => {
      this.#retry = undefined
      this.#grow()
    })
  }

  /** @param ready environments that have booted */
  state(ready: number): ProvisionedState {
    const allocated = Math.min(this.#wanted, ready)
    return { wanted: this.#wanted, allocated, failure: this.#failure }
  }
}
