import type { Clock } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import type { Store } from '../../store/store.ts'
import type { LiveTails } from './live-tail/live-tails.ts'

/** What the operations of this service work with. */
export interface LogsDeps {
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  /**
   * Every line written to the sink before the call is stored when this resolves, or the store refused it
   * (which is in lambdad's log). Never rejects.
   */
  flush(): Promise<void>
  /** To be told of what was stored. */
  readonly tails: LiveTails
  /** Streams were deleted: their events can be removed, in the background. */
  sweep(): void
}
