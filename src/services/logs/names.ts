/** The forms in which a client may name a log group, and the ARNs of groups and streams. */
import { parseArn, partitionOf } from '../../kernel/arn.ts'
import type { Scope } from '../../kernel/brand.ts'
import { ServiceError } from '../../kernel/errors.ts'
import { invalid, noGroup } from './rules.ts'

/** Without the `:*` that the `arn` member of a log group ends with. */
export function groupArn(scope: Scope, name: string): string {
  return `arn:${partitionOf(scope.region)}:logs:${scope.region}:${scope.account}:log-group:${name}`
}

export function streamArn(scope: Scope, group: string, stream: string): string {
  return `${groupArn(scope, group)}:log-stream:${stream}`
}

export interface GroupReference {
  readonly logGroupName?: string | undefined
  /** A name or an ARN. */
  readonly logGroupIdentifier?: string | undefined
}

/**
 * The name of the group that a request is about.
 * @throws ServiceError when there is not exactly one of the two, or the ARN is of another region or account.
 */
export function groupName(reference: GroupReference, scope: Scope): string {
  const { logGroupName, logGroupIdentifier } = reference
  if ((logGroupName === undefined) === (logGroupIdentifier === undefined)) {
    throw invalid('Specify either logGroupName or logGroupIdentifier, and not both.')
  }
  return logGroupName ?? nameOfIdentifier(logGroupIdentifier as string, scope)
}

/** @throws ServiceError when it is an ARN of something else, or of another region or account. */
export function nameOfIdentifier(identifier: string, scope: Scope): string {
  if (!identifier.startsWith('arn:')) return identifier
  const arn = parseArn(identifier)
  const name = arn && /^log-group:(?<name>[^:]+)$/.exec(arn.resource)?.groups?.['name']
  if (!arn || arn.service !== 'logs' || name === undefined) {
    throw invalid(`${identifier} is not the ARN of a log group.`)
  }
  if (arn.account !== scope.account) {
    throw new ServiceError(
      'AccessDeniedException',
      `${identifier} belongs to another account, and lambdad has no cross-account observability.`,
    )
  }
  if (arn.region !== scope.region) throw noGroup()
  return name
}
