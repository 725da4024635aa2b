import type { AssumeRoleRequest, AssumeRoleResponse } from '@aws-sdk/client-sts'
import { type KeySession, isTrusted } from '../../../access/index.ts'
import { parseArn } from '../../../kernel/arn.ts'
import type { CallContext, Operation } from '../../../kernel/operation.ts'
import type { RoleDescription } from '../../../kernel/ports.ts'
import { kindOf } from '../callers.ts'
import { shownCredentials } from '../credentials.ts'
import { notAuthorized, validationError } from '../errors.ts'
import { chainedSessionSecondsMax, roleSessionSeconds } from '../limits.ts'
import {
  checkSessionPolicies,
  checkSessionTags,
  packedPercent,
  refuseMfa,
} from '../session-rules.ts'
import type { StsDeps } from '../sts-deps.ts'
import { trustContext } from '../trust-context.ts'

/**
 * Keys of a role for a while, for whom its trust policy lets in. Who is let in need not also be allowed by their own
 * policies: those are not evaluated yet. The root user may assume roles, which AWS refuses (README.md).
 */
export function AssumeRole(deps: StsDeps): Operation<AssumeRoleRequest, AssumeRoleResponse> {
  return async (input, context) => {
    const {
      RoleArn: roleArn = '',
      RoleSessionName: sessionName = '',
      SourceIdentity: source,
    } = input
    const arn = parseArn(roleArn)
    // Observed.
    if (arn?.service !== 'iam' || !/^role\/.+/.test(arn.resource)) {
      throw validationError(`${roleArn} is invalid`)
    }
    refuseMfa(input)
    refuseContexts(input)
    const policies = checkSessionPolicies(input.Policy, input.PolicyArns)
    const given = checkSessionTags(input.Tags)
    const own = await sessionOf(deps, context)
    const tags = { ...inheritedTags(own, given), ...given }
    const packed = packedPercent(policies, tags)
    const role = await trustingRole(deps, input, context, { own, tags: given })
    const seconds = checkDuration(input.DurationSeconds, context, role)
    const sourceIdentity = source ?? own.sourceIdentity
    const session: KeySession = {
      ...policies,
      ...(Object.keys(tags).length === 0 ? {} : { tags }),
      transitiveTagKeys: transitiveKeys(own, input),
      ...(sourceIdentity === undefined ? {} : { sourceIdentity }),
    }
    const sessionArn = `arn:${arn.partition}:sts::${role.account}:assumed-role/${role.name}/${sessionName}`
    const userId = `${role.id}:${sessionName}`
    const owner = { account: role.account, principalArn: sessionArn, userId }
    const key = await deps.credentials.createTemporary(
      owner,
      seconds * 1000,
      session,
      input.MinimumSessionTokenSize,
    )
    return {
      Credentials: shownCredentials(key),
      AssumedRoleUser: { AssumedRoleId: userId, Arn: sessionArn },
      ...(packed === undefined ? {} : { PackedPolicySize: packed }),
      ...(sourceIdentity === undefined ? {} : { SourceIdentity: sourceIdentity }),
    }
  }
}

/** Contexts come from IAM Identity Center, which is not here: they could not be verified. The words are ours. */
function refuseContexts({ ProvidedContexts: contexts = [] }: AssumeRoleRequest): void {
  if (contexts.length > 0) throw validationError('lambdad does not serve ProvidedContexts.')
}

/** What the caller's own session was given; nothing when they are no session. */
async function sessionOf(deps: StsDeps, { principal }: CallContext): Promise<KeySession> {
  const key = await deps.credentials.find(principal.accessKeyId)
  return key?.session ?? {}
}

/** Transitive tags go along, and cannot be given anew ("Chaining roles with session tags", IAM User Guide). */
function inheritedTags(
  own: KeySession,
  given: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const transitive = new Set((own.transitiveTagKeys ?? []).map((key) => key.toLowerCase()))
  for (const key of Object.keys(given)) {
    if (!transitive.has(key.toLowerCase())) continue
    // Ours.
    throw validationError(`The session tag ${key} is transitive and cannot be overridden.`)
  }
  const inherited = Object.entries(own.tags ?? {}).filter(([key]) =>
    transitive.has(key.toLowerCase()),
  )
  return Object.fromEntries(inherited)
}

function transitiveKeys(own: KeySession, input: AssumeRoleRequest): readonly string[] {
  return [...new Set([...(own.transitiveTagKeys ?? []), ...(input.TransitiveTagKeys ?? [])])]
}

/** @throws ServiceError AccessDenied: the same whether there is no such role or it does not trust the caller. */
async function trustingRole(
  deps: StsDeps,
  input: AssumeRoleRequest,
  context: CallContext,
  session: { readonly own: KeySession; readonly tags: Readonly<Record<string, string>> },
): Promise<RoleDescription> {
  const { principal } = context
  const roleArn = String(input.RoleArn)
  const role = await deps.roles.find(roleArn)
  const keys = trustContext(input, context, session.own, session.tags, deps.clock.nowMs())
  const actions = [
    'sts:AssumeRole',
    ...(Object.keys(session.tags).length > 0 ? ['sts:TagSession'] : []),
    ...(input.SourceIdentity === undefined ? [] : ['sts:SetSourceIdentity']),
  ]
  for (const action of actions) {
    if (role && isTrusted(role.trustPolicy, { principal }, action, keys)) continue
    throw notAuthorized(principal.arn, action, roleArn)
  }
  const { sourceIdentity } = session.own
  const changes = input.SourceIdentity !== undefined && input.SourceIdentity !== sourceIdentity
  // A source identity stays with all that follows (IAM User Guide).
  if (sourceIdentity !== undefined && changes) {
    throw notAuthorized(principal.arn, 'sts:SetSourceIdentity', roleArn)
  }
  return role as RoleDescription
}

/** Both texts observed. @throws ServiceError ValidationError */
function checkDuration(
  asked: number | undefined,
  { principal }: CallContext,
  role: RoleDescription,
): number {
  const seconds = asked ?? roleSessionSeconds
  if (seconds > role.maxSessionSeconds) {
    throw validationError(
      'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.',
    )
  }
  if (kindOf(principal) === 'assumed-role' && seconds > chainedSessionSecondsMax) {
    throw validationError(
      'The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.',
    )
  }
  return seconds
}
