/**
 * The condition keys that a trust policy may ask about when somebody assumes a role. Names in lower case.
 * Sources: "AWS global condition context keys" and "IAM and AWS STS condition context keys", IAM User Guide.
 * What is not known here (the caller's IP address, their organization, a user's tags) is left out, so that a
 * condition on it is not met.
 */
import type { AssumeRoleRequest } from '@aws-sdk/client-sts'
import type { ContextKeys, KeySession } from '../../access/index.ts'
import { parseArn } from '../../kernel/arn.ts'
import type { CallContext } from '../../kernel/operation.ts'
import { isTemporary, kindOf, userNameOf } from './callers.ts'

const principalTypes = {
  root: 'Account',
  user: 'User',
  'assumed-role': 'AssumedRole',
  'federated-user': 'FederatedUser',
} as const

/** @param own what the caller's own session was given. @param tags the new session's, the inherited ones too. */
export function trustContext(
  input: AssumeRoleRequest,
  context: CallContext,
  own: KeySession,
  tags: Readonly<Record<string, string>>,
  nowMs: number,
): ContextKeys {
  const { principal } = context
  const keys = new Map<string, string | readonly string[]>()
  const set = (key: string, value: string | readonly string[] | undefined) => {
    if (value !== undefined && value.length > 0) keys.set(key.toLowerCase(), value)
  }
  set('sts:ExternalId', input.ExternalId)
  set('sts:RoleSessionName', input.RoleSessionName)
  set('sts:SourceIdentity', input.SourceIdentity ?? own.sourceIdentity)
  set('aws:SourceIdentity', own.sourceIdentity)
  set('sts:TransitiveTagKeys', input.TransitiveTagKeys)
  set('aws:TagKeys', Object.keys(tags))
  for (const [key, value] of Object.entries(tags)) set(`aws:RequestTag/${key}`, value)
  for (const [key, value] of Object.entries(own.tags ?? {})) set(`aws:PrincipalTag/${key}`, value)
  set('aws:PrincipalAccount', principal.account)
  set('aws:PrincipalArn', principalArnOf(context))
  set('aws:PrincipalType', principalTypes[kindOf(principal)])
  set('aws:userid', principal.userId)
  set('aws:username', userNameOf(principal))
  // Only temporary credentials say whether there was MFA, and there is none here.
  if (isTemporary(principal)) set('aws:MultiFactorAuthPresent', 'false')
  set('aws:RequestedRegion', context.region)
  set('aws:CurrentTime', new Date(nowMs).toISOString())
  set('aws:EpochTime', String(Math.floor(nowMs / 1000)))
  return keys
}

/** A session's is the ARN of its role, whose path is not known here: roles of other paths look as if at the root. */
function principalArnOf({ principal }: CallContext): string {
  const arn = parseArn(principal.arn)
  if (arn === undefined || kindOf(principal) !== 'assumed-role') return principal.arn
  return `arn:${arn.partition}:iam::${arn.account}:role/${arn.resource.split('/')[1]}`
}
