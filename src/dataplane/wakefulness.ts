/**
 * Tells when processors that have nothing to do had better stay awake: while invocations of quick functions come in
 * close succession, and at the begin of a cold start. The server, a sandbox and a client wait for each other several
 * times in each of these, and in some virtual machines each time takes tens of microseconds longer, now and then a
 * millisecond, when a processor has gone to sleep meanwhile.
 * Invariant: they may sleep again at most twice `wakefulLookMs` after the last of them.
 * Called by: dataplane.ts. Read next: sandbox/processor-sleep.ts for what it costs, and where it is done at all.
 */
import type { Clock, Timer } from '../kernel/clock.ts'
import { wakefulCallsMin, wakefulLookMs, wakefulStartMs } from './limits.ts'

export class Wakefulness implements Disposable {
  readonly #clock: Clock
  readonly #preventSleep: (isPrevented: boolean) => void
  #came = 0
  #isBusy = false
  #looks: Timer | undefined
  /** Of the last cold start, while that is recent. */
  #start: Timer | undefined
  #isAwake = false

  constructor(clock: Clock, preventSleep: (isPrevented: boolean) => void) {
    this.#clock = clock
    this.#preventSleep = preventSleep
  }

  /** An invocation of a quick function has come. */
  onQuick(): void {
    this.#came += 1
    this.#looks ??= this.#clock.after(wakefulLookMs, () => this.#look())
  }

  /** An environment begins to start that an invocation waits for. */
  onColdStart(): void {
    this.#start?.cancel()
    this.#start = this.#clock.after(wakefulStartMs, () => {
      this.#start = undefined
      this.#tell()
    })
    this.#tell()
  }

  #look(): void {
    const came = this.#came
    this.#came = 0
    this.#looks = came > 0 ? this.#clock.after(wakefulLookMs, () => this.#look()) : undefined
    this.#isBusy = came >= wakefulCallsMin
    this.#tell()
  }

  #tell(): void {
    const isAwake = this.#isBusy || this.#start !== undefined
    if (isAwake === this.#isAwake) return
    this.#isAwake = isAwake
    this.#preventSleep(isAwake)
  }

  [Symbol.dispose](): void {
    this.#looks?.cancel()
    this.#start?.cancel()
    this.#start = undefined
    this.#isBusy = false
    this.#tell()
  }
}
