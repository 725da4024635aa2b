import type { GetSessionTokenRequest, GetSessionTokenResponse } from '@aws-sdk/client-sts'
import type { Operation } from '../../../kernel/operation.ts'
import { shownCredentials } from '../credentials.ts'
import { refuseMfa } from '../session-rules.ts'
import type { StsDeps } from '../sts-deps.ts'
import { refuseSessions, sessionMs } from '../user-sessions.ts'

/** The caller stays who they are, for a while. */
export function GetSessionToken(
  deps: StsDeps,
): Operation<GetSessionTokenRequest, GetSessionTokenResponse> {
  return async (input, { principal }) => {
    refuseSessions(principal, 'GetSessionToken')
    refuseMfa(input)
    const { account, arn: principalArn, userId } = principal
    const durationMs = sessionMs(principal, input.DurationSeconds)
    const key = await deps.credentials.createTemporary(
      { account, principalArn, userId },
      durationMs,
      undefined,
      input.MinimumSessionTokenSize,
    )
    return { Credentials: shownCredentials(key) }
  }
}
