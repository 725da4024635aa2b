/**
 * When, where and for what each lasting key was used last. On the path of every signed request, so it writes once
 * every `lastUseStepMs` for a key, behind, and does not insist: what could not be written is noted at the next use.
 */
import type { Clock } from '../kernel/clock.ts'
import type { Store } from '../store/store.ts'
import { cachedKeysMax, lastUseStepMs } from './limits.ts'
import { type AccessTables, lastUseStatement } from './tables.ts'

export class LastUses {
  readonly #store: Store
  readonly #clock: Clock
  readonly #notedMs = new Map<string, number>()

  constructor(store: Store, clock: Clock) {
    this.#store = store
    this.#clock = clock
  }

  note(accessKeyId: string, service: string, region: string): void {
    const nowMs = this.#clock.nowMs()
    const notedMs = this.#notedMs.get(accessKeyId)
    if (notedMs !== undefined && nowMs - notedMs < lastUseStepMs) return
    if (this.#notedMs.size >= cachedKeysMax) this.#notedMs.clear()
    this.#notedMs.set(accessKeyId, nowMs)
    const use = { atMs: nowMs, region, service }
    const statement = lastUseStatement(this.#store.reader<AccessTables>(), accessKeyId, use)
    this.#store.write('ACCESS:NOTE_USE', [statement]).catch(() => {
      this.#notedMs.delete(accessKeyId)
    })
  }
}
