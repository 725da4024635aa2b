/**
 * What an environment gets of the processors: more than its neighbours while its invocations are brief, less while it
 * computes beside such, nothing while it rests; and whether, woken, it lets others finish.
 *
 * It rests between invocations, the more deeply the longer: frozen after a moment, so that calls one after the other
 * never pay for it, and relieved of memory after a while. Called by: execution-environment.ts. Read next: favours.ts.
 */
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Favours, Kind } from './favours.ts'
import { briefCpuMs, briefLooksMin, freezeAfterMs, lookAfterMs, reclaimAfterMs } from './limits.ts'

export class EnvironmentPace {
  /** Its function's: what its share is in proportion to. */
  readonly memoryMb: number
  readonly #favours: Favours
  #sandbox: Sandbox | undefined
  #depth: 'awake' | 'frozen' | 'reclaimed' = 'awake'
  #kind: Kind = 'fresh'
  /** How many shares it has. */
  #times = 1
  #waits = false
  #lookedMs = 0
  /** Its processor time then; undefined before the first look. */
  #cpuMs: number | undefined
  /** Invocations since then. */
  #finished = 0
  /** How much of a processor it has used of late; one until that is known. */
  #use = 1
  #invoked = false
  /** Looks, one after the other, at which its invocations were brief. */
  #briefLooks = 0

  constructor(favours: Favours, memoryMb: number) {
    this.#favours = favours
    this.memoryMb = memoryMb
  }

  /** @param nowMs monotonic, as everywhere here */
  begin(sandbox: Sandbox, nowMs: number): void {
    this.#sandbox = sandbox
    this.#lookedMs = nowMs
    this.#favours.put(this, this.#kind, this.#use)
  }

  /** Called about once a second while it is idle. */
  deepenRest(idleMs: number): void {
    if (this.#depth === 'awake' && idleMs >= freezeAfterMs) {
      this.#depth = 'frozen'
      this.#favours.delete(this)
      // Its processes have to run for a moment to be frozen.
      if (this.#times === 0) this.#take(1)
      // What fails in a sandbox destroys it, with the reason in the log.
      this.#sandbox?.freeze().catch(() => undefined)
    } else if (this.#depth === 'frozen' && idleMs >= reclaimAfterMs) {
      this.#depth = 'reclaimed'
      this.#sandbox?.reclaim().catch(() => undefined)
    }
  }

  /** Before each invocation. Does not wait: its event can be written meanwhile, and is read as soon as it runs. */
  endRest(): void {
    if (!this.#invoked) {
      this.#invoked = true
      // What its start has used tells nothing of its invocations.
      this.#cpuMs = undefined
    }
    if (this.#depth === 'awake') return
    this.#depth = 'awake'
    this.#favours.put(this, this.#kind, this.#use)
    // Others may have begun to yield, or to do so no more; it is told first, so that it never runs as they do not.
    if (this.#kind === 'computing' || this.#waits) this.takePlace()
    this.#sandbox?.thaw().catch(() => undefined)
  }

  /** After each invocation. */
  onFinished(nowMs: number): void {
    // No look for an invocation that may be the only one.
    if (this.#finished === 0 && this.#cpuMs === undefined) this.#lookedMs = nowMs
    this.#finished += 1
    this.look(nowMs)
  }

  /** Whether its invocations are brief, unless it was looked at a moment ago. */
  look(nowMs: number): void {
    const sinceMs = nowMs - this.#lookedMs
    if (!this.#sandbox || sinceMs < lookAfterMs[this.#kind]) return
    const cpuMs = this.#sandbox.cpuTimeMs()
    // Before the first look: since it was made, perhaps ahead, which is some more.
    const usedMs = cpuMs - (this.#cpuMs ?? 0)
    this.#use = Math.max(0, usedMs / sinceMs)
    if (this.#invoked && this.#cpuMs !== undefined) this.#kind = this.#kindOf(cpuMs, usedMs)
    this.#favours.put(this, this.#kind, this.#use)
    this.takePlace()
    this.#cpuMs = cpuMs
    this.#lookedMs = nowMs
    this.#finished = 0
  }

  /** Its shares, and whether it waits for others, as things are now. */
  takePlace(): void {
    const times = this.#favours.timesOf(this.#kind)
    if (times !== this.#times) this.#take(times)
    const waits = this.#favours.waits(this.#kind)
    if (waits === this.#waits) return
    this.#waits = waits
    this.#sandbox?.letFinish(waits)
  }

  end(): void {
    this.#favours.delete(this)
    this.#sandbox = undefined
  }

  #take(times: number): void {
    this.#times = times
    this.#sandbox?.favour(times)
  }

  #kindOf(cpuMs: number, usedMs: number): Kind {
    // None at all, or less than before: where only processes count that are still there, some have ended.
    if (cpuMs === 0 || usedMs < 0) return 'fresh'
    if (usedMs > briefCpuMs * Math.max(1, this.#finished)) {
      this.#briefLooks = 0
      return 'computing'
    }
    // One that has waited since is as it was.
    if (this.#finished === 0) return this.#kind
    this.#briefLooks += 1
    // It may have been kept from computing until its time was up.
    return this.#kind === 'computing' && this.#briefLooks < briefLooksMin ? 'computing' : 'brief'
  }
}
