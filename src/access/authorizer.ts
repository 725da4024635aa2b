/**
 * What a principal may do: the port at which policies are evaluated, and its one implementation so far.
 *
 * `SameAccountAuthorizer` evaluates no policy: it keeps accounts apart and nothing else. Every principal of an
 * account is treated as its root. Called by the gateway and by the in-process `Caller`, once per operation.
 */
import { parseArn } from '../kernel/arn.ts'
import type { Principal } from '../kernel/operation.ts'

/** Allocated nowhere on the hot path: `allowed` is one constant. */
export type Decision =
  | { readonly allowed: true }
  | {
      readonly allowed: false
      /** For the client, as AWS words it. */
      readonly message: string
    }

const allowed: Decision = { allowed: true }

/** Condition keys and their values: `aws:SourceArn`, `lambda:FunctionUrlAuthType`. */
type AuthorizationContext = Readonly<Record<string, string | readonly string[]>>

export interface Authorizer {
  /**
   * @param action as in policies: `lambda:CreateFunction`.
   * @param resource the ARN acted on; undefined for actions without one (`lambda:ListFunctions`).
   * @returns a decision, never an error: who asks knows the protocol that words it.
   */
  authorize(
    principal: Principal,
    action: string,
    resource?: string,
    context?: AuthorizationContext,
  ): Decision
}

/** Everything in the principal's own account is allowed, everything in another account is refused. */
export class SameAccountAuthorizer implements Authorizer {
  authorize(principal: Principal, action: string, resource?: string): Decision {
    if (resource === undefined) return allowed
    const account = parseArn(resource)?.account
    // No account stands in the ARNs of buckets and of what AWS itself owns.
    if (account === undefined || account === '' || account === principal.account) return allowed
    // The form of IAM's messages is docs ("Troubleshoot access denied error messages"); this exact one unconfirmed.
    const message =
      `User: ${principal.arn} is not authorized to perform: ${action} on resource: ${resource} ` +
      `because no resource-based policy allows the ${action} action`
    return { allowed: false, message }
  }
}
