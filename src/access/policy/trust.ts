/**
 * Whether a role's trust policy lets somebody assume the role.
 *
 * What it is not: a check of grammar (IAM does that when a policy is stored) or of the caller's own policies, which
 * are not evaluated yet. Invariant: an explicit Deny wins, and what cannot be understood lets nobody in.
 * Called by: services/iam for services, services/sts for callers. Read next: conditions.ts.
 * Source: "Policy evaluation logic" and "AWS JSON policy elements: Principal", IAM User Guide.
 */
import { parseArn } from '../../kernel/arn.ts'
import type { Principal } from '../../kernel/operation.ts'
import { type Conditions, type ContextKeys, isSatisfied } from './conditions.ts'
import { matchesPattern } from './patterns.ts'

/** Who wants to assume the role: a caller, or an AWS service by its name. */
export type TrustSubject = { readonly principal: Principal } | { readonly service: string }

type Element = string | readonly string[]
type PrincipalElement = '*' | Readonly<Record<string, Element>>

interface Statement {
  readonly Effect: 'Allow' | 'Deny'
  readonly Principal?: PrincipalElement
  readonly NotPrincipal?: PrincipalElement
  readonly Action?: Element
  readonly NotAction?: Element
  readonly Condition?: Conditions
}

/** @param policy a document that was checked when it was stored. @param action `sts:AssumeRole`. */
export function isTrusted(
  policy: string,
  subject: TrustSubject,
  action: string,
  context: ContextKeys,
): boolean {
  const { Statement: statements } = JSON.parse(policy) as { Statement: Statement | Statement[] }
  let allowed = false
  for (const statement of listOf(statements)) {
    if (!namesAction(statement, action) || !namesSubject(statement, subject)) continue
    const satisfied = isSatisfied(statement.Condition ?? {}, context)
    if (statement.Effect === 'Deny') {
      if (satisfied !== false) return false
    } else if (satisfied === true) allowed = true
  }
  return allowed
}

function namesAction(statement: Statement, action: string): boolean {
  const { Action: actions, NotAction: others } = statement
  const isNamed = (element: Element) =>
    listOf(element).some((pattern) => matchesPattern(pattern.toLowerCase(), action.toLowerCase()))
  if (actions !== undefined) return isNamed(actions)
  return others !== undefined && !isNamed(others)
}

function namesSubject(statement: Statement, subject: TrustSubject): boolean {
  const { Principal: named, NotPrincipal: others } = statement
  if (named !== undefined) return names(named, subject)
  return others !== undefined && !names(others, subject)
}

function names(element: PrincipalElement, subject: TrustSubject): boolean {
  if (element === '*') return true
  const { AWS: callers = [], Service: services = [] } = element
  // `{"AWS": "*"}` is everybody, as `*` alone is.
  if (listOf(callers).includes('*')) return true
  if ('service' in subject) return listOf(services).includes(subject.service)
  return listOf(callers).some((caller) => isCaller(caller, subject.principal))
}

/** An account, by its number or its root's ARN, is everybody in it. */
function isCaller(named: string, principal: Principal): boolean {
  if (named === principal.account || named === principal.arn) return true
  const arn = parseArn(named)
  // A unique id stands for a user, or for all sessions of a role.
  if (!arn) return named === principal.userId || principal.userId.startsWith(`${named}:`)
  if (arn.service !== 'iam' || arn.account !== principal.account) return false
  if (arn.resource === 'root') return true
  if (!arn.resource.startsWith('role/')) return false
  const roleName = arn.resource.split('/').at(-1)
  return parseArn(principal.arn)?.resource.startsWith(`assumed-role/${roleName}/`) === true
}

function listOf<Item>(value: Item | readonly Item[]): readonly Item[] {
  return Array.isArray(value) ? value : [value as Item]
}
