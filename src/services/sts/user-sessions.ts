/** Sessions that users and the root user make of their own keys: GetSessionToken and GetFederationToken. */
import type { Principal } from '../../kernel/operation.ts'
import { isTemporary, kindOf } from './callers.ts'
import { accessDenied } from './errors.ts'
import { rootSessionSecondsMax, userSessionSeconds } from './limits.ts'

/** Only lasting keys may. Observed for GetSessionToken. @throws ServiceError AccessDenied */
export function refuseSessions(principal: Principal, operation: string): void {
  if (isTemporary(principal))
    throw accessDenied(`Cannot call ${operation} with session credentials`)
}

/** The root user is given an hour whatever they ask for beyond it (API reference). */
export function sessionMs(principal: Principal, asked: number | undefined): number {
  const seconds = asked ?? userSessionSeconds
  const secondsMax = kindOf(principal) === 'root' ? rootSessionSecondsMax : seconds
  return Math.min(seconds, secondsMax) * 1000
}
