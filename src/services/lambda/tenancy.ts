/**
 * Tenant isolation: a function that keeps its environments apart by tenant, and whose invocations name theirs.
 *
 * What it is not: the keeping apart, which is the data plane's (dataplane/dataplane.ts). Called by: the operations that
 * invoke, on their warm path; those that set what such a function cannot have.
 * Facts: developer guide, "Tenant isolation" and "Troubleshooting tenant isolation".
 */
import { invalid } from './rules.ts'
import type { VersionConfig } from './state.ts'

type Tenancy = Pick<VersionConfig, 'tenantIsolation'>

/**
 * @returns the tenant whose environments serve the invocation; undefined for functions without tenants
 * @throws ServiceError when only one of the two, function and request, has a tenant
 */
export function tenantOf(config: Tenancy, tenantId: string | undefined): string | undefined {
  if (config.tenantIsolation === undefined) {
    if (tenantId === undefined) return undefined
    // AWS refuses this, too; its words are not known.
    throw invalid(
      'The invoked function is not enabled with tenancy configuration. Remove the tenant ID from your request and try again.',
    )
  }
  if (tenantId !== undefined) return tenantId
  // Observed.
  throw invalid(
    'The invoked function is enabled with tenancy configuration. Add a valid tenant ID in your request and try again.',
  )
}

/** @param feature begins the refusal: `SnapStart`. @throws ServiceError when the function has tenants */
export function refuseIsolated(config: Tenancy, feature: string): void {
  if (config.tenantIsolation === undefined) return
  throw invalid(`${feature} is not supported for functions with tenant isolation.`)
}
