import type { GetCallerIdentityRequest, GetCallerIdentityResponse } from '@aws-sdk/client-sts'
import type { Operation } from '../../../kernel/operation.ts'

/** What the credential says; no permission is needed, and none can deny it (API reference). */
export function GetCallerIdentity(): Operation<
  GetCallerIdentityRequest,
  GetCallerIdentityResponse
> {
  return (_input, { principal }) => ({
    UserId: principal.userId,
    Account: principal.account,
    Arn: principal.arn,
  })
}
