/** What the operations of this service share. Made once, in index.ts. */
import type { Clock } from '../../kernel/clock.ts'
import type { Invoker, Roles, RuntimeProvider } from '../../kernel/ports.ts'
import type { Store } from '../../store/store.ts'
import type { Signatures } from './code-signing/check-signatures.ts'
import type { CapacityProviders } from './capacity-providers/providers.ts'
import type { CodeStore } from './code-store.ts'
import type { Deployments } from './deployments.ts'
import type { Mappings } from './event-sources/mappings.ts'
import type { Functions } from './functions.ts'
import type { PayloadChecker } from './payload-checker.ts'
import type { Urls } from './urls/urls.ts'

export interface LambdaService {
  readonly clock: Clock
  readonly store: Store
  readonly invoker: Invoker
  readonly runtimes: RuntimeProvider
  readonly roles: Pick<Roles, 'access'>
  /** Whether a function's role has to exist. */
  readonly needsRoles: boolean
  /** Whether a URL without IAM is open only when the function's policy opens it to everybody. */
  readonly asksUrlPolicies: boolean
  readonly functions: Functions
  readonly code: CodeStore
  readonly signatures: Signatures
  readonly deployments: Deployments
  readonly payloads: PayloadChecker
  readonly urls: Urls
  readonly mappings: Mappings
  readonly providers: CapacityProviders
}
