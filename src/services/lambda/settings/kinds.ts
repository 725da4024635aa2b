import type { ProvisionedRecord } from '../concurrency/provisioned.ts'
import type { UrlRecord } from '../urls/url.ts'

import type { EventInvokeRecord } from '../event-invoke/event-invoke.ts'
import type { PolicyRecord } from '../permissions/policy.ts'

/** What may be set of a function, or of one of its versions or aliases, beside its configuration. */
export interface SettingKinds {
  /** Executions that are kept for the function, and the most that it may have; of the function as a whole. */
  readonly concurrency: { readonly reserved: number }
  /** Environments kept ready; of a version or an alias. */
  readonly provisioned: ProvisionedRecord
  /** Of the function, or of an alias. */
  readonly url: UrlRecord
  /** Who else may use it; of the function, of a version, of an alias. */
  readonly policy: PolicyRecord
  /** How asynchronous invocations are retried and where their outcome goes; `$LATEST` for the function itself. */
  readonly eventInvoke: EventInvokeRecord
  /** What happens when it invokes itself over and over; of the function as a whole. */
  readonly recursion: { readonly loop: 'Allow' | 'Terminate' }
  /** Which build of its runtime it gets; of `$LATEST` or a version. Auto when there is none. */
  readonly runtimeManagement: RuntimeManagement
  /** How many environments a function on a capacity provider has; of a version. */
  readonly scaling: {
    readonly minEnvironments: number | undefined
    readonly maxEnvironments: number | undefined
  }
  /** Who has to have signed what is deployed; of the function as a whole. */
  readonly codeSigning: { readonly configArn: string }
}

export interface RuntimeManagement {
  readonly updateOn: 'Auto' | 'FunctionUpdate' | 'Manual'
  /** Set for Manual alone. */
  readonly versionArn: string | undefined
}
