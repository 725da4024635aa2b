/**
 * How deeply an environment rests between invocations: frozen after a moment, so that calls one after the other never
 * pay for it, and relieved of memory after a while. Called by: execution-environment.ts.
 */
import type { Sandbox } from '../sandbox/sandbox.ts'
import { freezeAfterMs, reclaimAfterMs } from './limits.ts'

export class EnvironmentRest {
  #depth: 'awake' | 'frozen' | 'reclaimed' = 'awake'

  /** Called about once a second while it is idle. */
  deepen(sandbox: Sandbox, idleMs: number): void {
    if (this.#depth === 'awake' && idleMs >= freezeAfterMs) {
      this.#depth = 'frozen'
      // What fails in a sandbox destroys it, with the reason in the log.
      sandbox.freeze().catch(() => undefined)
    } else if (this.#depth === 'frozen' && idleMs >= reclaimAfterMs) {
      this.#depth = 'reclaimed'
      sandbox.reclaim().catch(() => undefined)
    }
  }

  /** Does not wait: its event can be written meanwhile, and is read as soon as it runs. */
  end(sandbox: Sandbox | undefined): void {
    if (this.#depth === 'awake') return
    this.#depth = 'awake'
    sandbox?.thaw().catch(() => undefined)
  }
}
