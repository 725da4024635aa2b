import type { GetFederationTokenRequest, GetFederationTokenResponse } from '@aws-sdk/client-sts'
import { parseArn } from '../../../kernel/arn.ts'
import type { Operation } from '../../../kernel/operation.ts'
import { shownCredentials } from '../credentials.ts'
import { checkSessionPolicies, checkSessionTags, packedPercent } from '../session-rules.ts'
import type { StsDeps } from '../sts-deps.ts'
import { refuseSessions, sessionMs } from '../user-sessions.ts'

/** Keys for somebody whom the caller answers for, under a name of the caller's choice. */
export function GetFederationToken(
  deps: StsDeps,
): Operation<GetFederationTokenRequest, GetFederationTokenResponse> {
  return async (input, { principal }) => {
    refuseSessions(principal, 'GetFederationToken')
    const policies = checkSessionPolicies(input.Policy, input.PolicyArns)
    const tags = checkSessionTags(input.Tags)
    const packed = packedPercent(policies, tags)
    const { account } = principal
    const name = input.Name ?? ''
    const partition = parseArn(principal.arn)?.partition ?? 'aws'
    const arn = `arn:${partition}:sts::${account}:federated-user/${name}`
    const userId = `${account}:${name}`
    const key = await deps.credentials.createTemporary(
      { account, principalArn: arn, userId },
      sessionMs(principal, input.DurationSeconds),
      { ...policies, ...(Object.keys(tags).length === 0 ? {} : { tags }) },
      input.MinimumSessionTokenSize,
    )
    return {
      Credentials: shownCredentials(key),
      FederatedUser: { FederatedUserId: userId, Arn: arn },
      ...(packed === undefined ? {} : { PackedPolicySize: packed }),
    }
  }
}
