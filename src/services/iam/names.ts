/** Names, unique ids and ARNs of roles and managed policies. */
import { parseArn, partitionOf } from '../../kernel/arn.ts'
import { randomBase32 } from '../../kernel/ids.ts'
import type { CallContext } from '../../kernel/operation.ts'
import { invalidArn, validationError } from './errors.ts'

/** What a name is found and sorted by: names differ by more than case (CreateRole, API reference). */
export function keyOf(name: string): string {
  return name.toLowerCase()
}

export function roleArn(context: CallContext, path: string, name: string): string {
  return `arn:${partitionOf(context.region)}:iam::${context.account}:role${path}${name}`
}

export function policyArn(context: CallContext, path: string, name: string): string {
  return `arn:${partitionOf(context.region)}:iam::${context.account}:policy${path}${name}`
}

/** `AROA` and 17 characters ("Unique identifiers", IAM User Guide). */
export function newRoleId(): string {
  return `AROA${randomBase32(17)}`
}

/** `ANPA` and 17 characters. */
export function newPolicyId(): string {
  return `ANPA${randomBase32(17)}`
}

export interface PolicyArn {
  readonly arn: string
  readonly partition: string
  /** Twelve digits, or `aws` for the policies that AWS manages. */
  readonly owner: string
  /** Begins and ends with a slash. */
  readonly path: string
  readonly name: string
}

const policyResource = /^policy(?<path>\/(?:[\u0021-\u007e]+\/)?)(?<name>[\w+=,.@-]{1,128})$/

/** @throws ServiceError InvalidInput */
export function parsePolicyArn(text: string): PolicyArn {
  const arn = parseArn(text)
  const groups = arn && policyResource.exec(arn.resource)?.groups
  const owned = arn?.service === 'iam' && /^(?:\d{12}|aws)$/.test(arn.account)
  if (!arn || !groups || !owned || arn.region !== '') throw invalidArn(text)
  return {
    arn: text,
    partition: arn.partition,
    owner: arn.account,
    path: groups['path'] as string,
    name: groups['name'] as string,
  }
}

/** A member that the model requires. In-process callers may have left it out. @throws ServiceError */
export function required(value: string | undefined, member: string): string {
  if (value !== undefined) return value
  throw validationError(
    `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
  )
}
