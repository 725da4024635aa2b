/**
 * What sandboxes get beside the rest of the host, the server included: their share, but what is left over while they
 * use most of the processors.
 *
 * They lose little by that, since the others need little then, which would wait for them otherwise: the server, its
 * database, a client. Without it one in a hundred of their wake-ups waits until the kernel's next tick; with shares,
 * however few, as many do on some hosts, so that they have none: their group is idle. And on Linux 6.18 groups of the
 * ordinary weight whose processes switch often (pipes, gVisor) keep everything beside them from running for seconds,
 * the server at its nicest included; with 64 shares to a processor and less, as before Linux 5.15, they never do. When
 * others do need the processors, what sandboxes get falls, and they have their share again. The rest of the host is what stands
 * beside the group of all sandboxes: whatever else is in the group that the server was started in, and, as far as that
 * one's own share goes, what is outside.
 *
 * Called by: oci/backend.ts. Measured: bench/rows/neighbours.ts.
 */
import { availableParallelism } from 'node:os'
import type { Clock, Timer } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import { hostShareLookMs, hostUseMax, hostUseMin } from '../limits.ts'
import { type Cgroups, serverWeight, standingBack } from './cgroups.ts'

export class HostShare implements Disposable {
  readonly #cgroups: Pick<Cgroups, 'cpuTimeMs' | 'weighCpu'>
  readonly #clock: Clock
  readonly #log: Log
  readonly #processors: number
  #looked: { readonly atMs: number; readonly cpuMs: number }
  #standsBack = false
  #timer: Timer

  constructor(
    cgroups: Pick<Cgroups, 'cpuTimeMs' | 'weighCpu'>,
    { clock, log }: { readonly clock: Clock; readonly log: Log },
    processors: number = availableParallelism(),
  ) {
    this.#cgroups = cgroups
    this.#clock = clock
    this.#log = log
    this.#processors = processors
    this.#looked = { atMs: clock.monotonicMs(), cpuMs: cgroups.cpuTimeMs() }
    this.#timer = clock.after(hostShareLookMs, () => this.#look())
  }

  #look(): void {
    const looked = { atMs: this.#clock.monotonicMs(), cpuMs: this.#cgroups.cpuTimeMs() }
    const use =
      (looked.cpuMs - this.#looked.cpuMs) / (looked.atMs - this.#looked.atMs) / this.#processors
    this.#looked = looked
    this.#standBack(use > (this.#standsBack ? hostUseMin : hostUseMax))
    this.#timer = this.#clock.after(hostShareLookMs, () => this.#look())
  }

  #standBack(standsBack: boolean): void {
    if (standsBack === this.#standsBack) return
    try {
      this.#cgroups.weighCpu(standsBack ? standingBack() : serverWeight())
      this.#standsBack = standsBack
    } catch (error) {
      this.#log.debug({ error }, 'the share of all sandboxes could not be changed')
    }
  }

  /** They keep what they have. */
  [Symbol.dispose](): void {
    this.#timer.cancel()
  }
}
