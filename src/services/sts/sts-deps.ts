/** What the operations of this service share. */
import type { Credentials } from '../../access/index.ts'
import type { Clock } from '../../kernel/clock.ts'
import type { Roles } from '../../kernel/ports.ts'

export interface StsDeps {
  /** Where temporary keys are kept. */
  readonly credentials: Credentials
  readonly roles: Roles
  readonly clock: Clock
}
