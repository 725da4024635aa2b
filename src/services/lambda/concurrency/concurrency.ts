/**
 * Concurrency that functions keep for themselves: the service's side, which knows the account's sum. The data plane
 * counts what runs. Facts: developer guide, "Configuring reserved concurrency"; texts observed.
 */
import type { Scope } from '../../../kernel/brand.ts'
import { concurrencyMax, unreservedConcurrencyMin } from '../limits.ts'
import { invalid } from '../rules.ts'
import { listAllSettings } from '../settings/tables.ts'
import type { LambdaDb } from '../tables.ts'

/** What is left of the account's for functions without any of their own. @param but leaves this function out */
export async function unreserved(db: LambdaDb, scope: Scope, but?: string): Promise<number> {
  let left = concurrencyMax
  for (const { functionName, record } of await listAllSettings(db, 'concurrency', scope)) {
    if (functionName !== but) left -= record.reserved
  }
  return left
}

/** @param available what others have not reserved. @throws ServiceError */
export function checkReserved(reserved: number, available: number): void {
  if (reserved > available) {
    throw invalid(
      `Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [${available}].`,
    )
  }
  // A function may always be switched off.
  if (reserved > 0 && available - reserved < unreservedConcurrencyMin) {
    throw invalid(
      `Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [${unreservedConcurrencyMin}].`,
    )
  }
}
