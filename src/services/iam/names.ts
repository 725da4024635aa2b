/** Names, unique ids and ARNs of roles and managed policies. */
import { parseArn, partitionOf } from '../../kernel/arn.ts'
import { randomBase32 } from '../../kernel/ids.ts'
import type { CallContext } from '../../kernel/operation.ts'
import { invalidArn, validationError } from './errors.ts'

/** What a name is found and sorted by: names differ by more than case (CreateRole, API reference). */
export function keyOf(name: string): string {
  return name.toLowerCase()
}

/** How a kind of thing is called in ARNs, and what its unique ids begin with. */
const forms = {
  role: ['role', 'AROA'],
  user: ['user', 'AIDA'],
  group: ['group', 'AGPA'],
  'instance-profile': ['instance-profile', 'AIPA'],
  policy: ['policy', 'ANPA'],
} as const
type NamedKind = keyof typeof forms

/** @param path begins and ends with a slash. */
export function arnOf(context: CallContext, kind: NamedKind, path: string, name: string): string {
  return accountArn(context, `${forms[kind][0]}${path}${name}`)
}

/** `arn:aws:iam::111122223333:oidc-provider/example.com`: what has neither a path nor a region. */
export function accountArn(context: CallContext, resource: string): string {
  return `arn:${partitionOf(context.region)}:iam::${context.account}:${resource}`
}

/** A prefix and 17 characters ("Unique identifiers", IAM User Guide). */
export function newId(kind: NamedKind): string {
  return `${forms[kind][1]}${randomBase32(17)}`
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
