/**
 * The URLs there are, by id: in memory, since every call of one asks.
 * Invariant: never older than the last change this process has acknowledged.
 */
import type { Scope } from '../../../kernel/brand.ts'
import type { Store } from '../../../store/store.ts'
import { listAllSettings } from '../settings/tables.ts'
import type { LambdaTables } from '../tables.ts'
import type { UrlRecord } from './url.ts'

export interface KnownUrl extends Scope {
  readonly functionName: string
  /** Empty, or an alias. */
  readonly qualifier: string
  readonly record: UrlRecord
}

export class Urls {
  readonly #byId = new Map<string, KnownUrl>()

  /** Before the first request. */
  async load(store: Store): Promise<void> {
    const settings = await listAllSettings(store.reader<LambdaTables>(), 'url')
    for (const setting of settings) this.#byId.set(setting.record.id, setting)
  }

  find(id: string): KnownUrl | undefined {
    return this.#byId.get(id)
  }

  set(url: KnownUrl): void {
    this.#byId.set(url.record.id, url)
  }

  /** Of a function, or of one of its aliases alone. */
  forget(scope: Scope, functionName: string, qualifier?: string): void {
    for (const [id, url] of this.#byId) {
      const isOf =
        url.account === scope.account &&
        url.region === scope.region &&
        url.functionName === functionName &&
        (qualifier === undefined || url.qualifier === qualifier)
      if (isOf) this.#byId.delete(id)
    }
  }
}
