/** What the operations of this service share. */
import type { Credentials } from '../../access/index.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Store } from '../../store/store.ts'

export interface IamDeps {
  readonly store: Store
  readonly clock: Clock
  /** Where users' access keys are kept. */
  readonly credentials: Credentials
}

/** The answer of operations that have nothing to say. */
export type Nothing = Record<string, never>
