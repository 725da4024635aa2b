/**
 * Tells when processors that have nothing to do had better stay awake: while invocations of quick functions come in
 * close succession. The server, a sandbox and a client wait for each other several times in each of these, and in some
 * virtual machines each time takes tens of microseconds longer when a processor has gone to sleep meanwhile.
 * Invariant: they may sleep again at most twice `wakefulLookMs` after the last of them.
 * Called by: dataplane.ts. Read next: sandbox/processor-sleep.ts for what it costs, and where it is done at all.
 */
import type { Clock, Timer } from '../kernel/clock.ts'
import { wakefulCallsMin, wakefulLookMs } from './limits.ts'

export class Wakefulness implements Disposable {
  readonly #clock: Clock
  readonly #preventSleep: (isPrevented: boolean) => void
  #came = 0
  #isAwake = false
  #timer: Timer | undefined

  constructor(clock: Clock, preventSleep: (isPrevented: boolean) => void) {
    this.#clock = clock
    this.#preventSleep = preventSleep
  }

  /** An invocation of a quick function has come. */
  onQuick(): void {
    this.#came += 1
    this.#timer ??= this.#clock.after(wakefulLookMs, () => this.#look())
  }

  #look(): void {
    const came = this.#came
    this.#came = 0
    this.#timer = came > 0 ? this.#clock.after(wakefulLookMs, () => this.#look()) : undefined
    this.#set(came >= wakefulCallsMin)
  }

  #set(isAwake: boolean): void {
    if (isAwake === this.#isAwake) return
    this.#isAwake = isAwake
    this.#preventSleep(isAwake)
  }

  [Symbol.dispose](): void {
    this.#timer?.cancel()
    this.#set(false)
  }
}
