/** What the operations of this service share. */
import type { Clock } from '../../kernel/clock.ts'
import type { Store } from '../../store/store.ts'

export interface IamDeps {
  readonly store: Store
  readonly clock: Clock
}

/** The answer of operations that have nothing to say. */
export type Nothing = Record<string, never>
