/** Work in the background that is done again and again, once at a time, until it is disposed of. */
import type { Clock, Timer } from '../../../kernel/clock.ts'

export class Recurring implements AsyncDisposable {
  readonly #clock: Clock
  readonly #intervalMs: number
  readonly #work: () => Promise<void>
  #timer: Timer
  #running: Promise<void> | undefined
  #closed = false

  /** @param work never rejects, and gives up when this is closed. The first time is an interval from now. */
  constructor(clock: Clock, intervalMs: number, work: () => Promise<void>) {
    this.#clock = clock
    this.#intervalMs = intervalMs
    this.#work = work
    this.#timer = this.#arm()
  }

  get isClosed(): boolean {
    return this.#closed
  }

  /** Resolves when the work is done, also when it had begun before. */
  run(): Promise<void> {
    this.#running ??= this.#work().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true
    this.#timer.cancel()
    await this.#running
  }

  #arm(): Timer {
    return this.#clock.after(this.#intervalMs, () => {
      void this.run().then(() => {
        if (!this.#closed) this.#timer = this.#arm()
      })
    })
  }
}
