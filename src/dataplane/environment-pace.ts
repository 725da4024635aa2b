/**
 * What an environment gets of the processors: more than its neighbours while its invocations are brief, nothing while
 * it rests.
 *
 * It rests between invocations, the more deeply the longer: frozen after a moment, so that calls one after the other
 * never pay for it, and relieved of memory after a while. Called by: execution-environment.ts. Read next: favours.ts.
 */
import type { Sandbox } from '../sandbox/sandbox.ts'
import type { Favours } from './favours.ts'
import { briefCpuMs, freezeAfterMs, lookAfterMs, reclaimAfterMs } from './limits.ts'

export class EnvironmentPace {
  readonly #favours: Favours
  #sandbox: Sandbox | undefined
  #depth: 'awake' | 'frozen' | 'reclaimed' = 'awake'
  /** How many shares it has. */
  #times = 1
  /** Undefined before its first invocation has ended, for which alone no look is worth its time. */
  #lookedMs: number | undefined
  /** Its processor time then; undefined before the first look. */
  #cpuMs: number | undefined
  /** Invocations since then. */
  #finished = 0

  constructor(favours: Favours) {
    this.#favours = favours
  }

  begin(sandbox: Sandbox): void {
    this.#sandbox = sandbox
  }

  /** Called about once a second while it is idle. */
  deepenRest(idleMs: number): void {
    if (this.#depth === 'awake' && idleMs >= freezeAfterMs) {
      this.#depth = 'frozen'
      this.#favours.delete(this)
      // What fails in a sandbox destroys it, with the reason in the log.
      this.#sandbox?.freeze().catch(() => undefined)
    } else if (this.#depth === 'frozen' && idleMs >= reclaimAfterMs) {
      this.#depth = 'reclaimed'
      this.#sandbox?.reclaim().catch(() => undefined)
    }
  }

  /** Does not wait: its event can be written meanwhile, and is read as soon as it runs. */
  endRest(): void {
    if (this.#depth === 'awake') return
    this.#depth = 'awake'
    this.#sandbox?.thaw().catch(() => undefined)
    if (this.#times > 1) this.#favours.add(this)
  }

  /** After each invocation. @param nowMs monotonic */
  onFinished(nowMs: number): void {
    this.#finished += 1
    this.#lookedMs ??= nowMs
    this.look(nowMs)
  }

  /** Whether its invocations are brief, unless it was looked at a moment ago. */
  look(nowMs: number): void {
    if (!this.#sandbox || this.#lookedMs === undefined) return
    if (nowMs - this.#lookedMs < lookAfterMs) return
    const cpuMs = this.#sandbox.cpuTimeMs()
    if (this.#cpuMs !== undefined) {
      const usedMs = cpuMs - this.#cpuMs
      // None at all, or less than before: where only processes count that are still there, some have ended.
      const isKnown = cpuMs > 0 && usedMs >= 0
      const isBrief = isKnown && usedMs <= briefCpuMs * Math.max(1, this.#finished)
      if (isBrief) this.#favours.add(this)
      else this.#favours.delete(this)
      this.#take(isBrief ? this.#favours.times : 1)
    }
    this.#cpuMs = cpuMs
    this.#lookedMs = nowMs
    this.#finished = 0
  }

  end(): void {
    this.#favours.delete(this)
    this.#sandbox = undefined
  }

  #take(times: number): void {
    if (times === this.#times) return
    this.#times = times
    this.#sandbox?.favour(times)
  }
}
