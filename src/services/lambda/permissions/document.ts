/**
 * Whole policy documents from outside: PutResourcePolicy takes what IAM's grammar allows of a resource policy, about
 * the one resource that it is put on, and nothing that would open it to everybody.
 * Sources: IAM User Guide, "Grammar of the IAM JSON policy language"; Lambda API reference, PutResourcePolicy. The
 * words of the refusals are ours; no recording of AWS's exists.
 */
import { ServiceError } from '../../../kernel/errors.ts'
import { invalid } from '../rules.ts'
import { checkPolicySize, isAwsPrincipal, isServicePrincipal } from './policy.ts'

type Members = Readonly<Record<string, unknown>>

/**
 * @param resource ARN that every statement has to be about
 * @throws ServiceError
 */
export function checkDocument(document: string, resource: string): void {
  checkPolicySize(document)
  const policy = membersOf(parse(document), 'The policy')
  onlyMembers(policy, ['Version', 'Id', 'Statement'], 'The policy')
  const version = policy['Version']
  if (version !== undefined && version !== '2012-10-17' && version !== '2008-10-17') {
    throw malformed('Version must be 2012-10-17 or 2008-10-17')
  }
  const id = policy['Id']
  if (id !== undefined && typeof id !== 'string') throw malformed('Id must be a string')
  const statements = [policy['Statement'] ?? []].flat()
  if (statements.length === 0) throw malformed('Statement must have at least one statement')
  const sids = new Set<unknown>()
  for (const each of statements) {
    const statement = membersOf(each, 'A statement')
    checkStatement(statement, resource)
    const sid = statement['Sid'] as string | undefined
    if (sid !== undefined && sids.has(sid)) throw malformed(`the Sid ${sid} is there twice`)
    sids.add(sid)
  }
  if (statements.some((statement) => isPublic(statement as Members))) {
    // The model's own description of this error.
    throw new ServiceError(
      'PublicPolicyException',
      "The resource-based policy you tried to add to the Lambda resource would grant public access to it, which isn't allowed.",
    )
  }
}

const statementMembers = [
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'Condition',
]

function checkStatement(statement: Members, resource: string): void {
  onlyMembers(statement, statementMembers, 'A statement')
  const { Sid: sid, Effect: effect } = statement
  if (sid !== undefined && (typeof sid !== 'string' || !/^[a-zA-Z0-9-_]{1,100}$/.test(sid))) {
    throw malformed('Sid must be 1 to 100 letters, digits, hyphens and underscores')
  }
  if (effect !== 'Allow' && effect !== 'Deny') throw malformed('Effect must be Allow or Deny')
  checkPrincipal(oneOf(statement, 'Principal', 'NotPrincipal'))
  for (const action of textsOf(oneOf(statement, 'Action', 'NotAction'), 'Action')) {
    if (!/^(?:\*|lambda:[a-zA-Z*?]+)$/i.test(action)) {
      throw malformed(`${action} is no action of Lambda`)
    }
  }
  for (const each of textsOf(statement['Resource'], 'Resource')) {
    if (each !== resource) throw malformed(`Resource must be ${resource}`)
  }
  checkConditions(statement['Condition'])
}

function checkPrincipal(principal: unknown): void {
  if (principal === '*') return
  const members = membersOf(principal, 'Principal')
  onlyMembers(members, ['AWS', 'Service', 'Federated', 'CanonicalUser'], 'Principal')
  const kinds = Object.entries(members)
  if (kinds.length === 0) throw malformed('Principal names nobody')
  for (const [kind, value] of kinds) {
    for (const text of textsOf(value, `Principal ${kind}`)) {
      const valid =
        kind === 'AWS'
          ? isAwsPrincipal(text)
          : kind === 'Service'
            ? isServicePrincipal(text)
            : text !== ''
      if (!valid) {
        throw invalid(
          'The provided principal was invalid. Please check the principal and try again.',
        )
      }
    }
  }
}

function checkConditions(conditions: unknown): void {
  if (conditions === undefined) return
  for (const [operator, keys] of Object.entries(membersOf(conditions, 'Condition'))) {
    for (const [key, value] of Object.entries(membersOf(keys, `Condition ${operator}`))) {
      const values = [value].flat()
      const scalars = values.every((each) => ['string', 'number', 'boolean'].includes(typeof each))
      if (values.length === 0 || !scalars) {
        throw malformed(`Condition ${operator} ${key} must be a value or a list of values`)
      }
    }
  }
}

/**
 * Open to everybody: an Allow for `*`, or for all but some, without any condition on who asks, or on whose behalf.
 * "Only fixed values" is AWS's measure (AWS Config, lambda-function-public-access-prohibited).
 */
function isPublic(statement: Members): boolean {
  if (statement['Effect'] !== 'Allow') return false
  const { Principal: principal } = statement
  const everybody =
    principal === undefined ||
    principal === '*' ||
    [(principal as Members)['AWS'] ?? []].flat().includes('*')
  return everybody && !narrows(statement['Condition'] as Members | undefined)
}

const positive = /^(?:ForAnyValue:)?(?:String(?:Equals|EqualsIgnoreCase|Like)|Arn(?:Equals|Like))$/
const narrowing = new Set(
  [
    'aws:SourceAccount',
    'aws:SourceArn',
    'aws:SourceOwner',
    'aws:SourceOrgID',
    'aws:SourceVpc',
    'aws:SourceVpce',
    'aws:PrincipalAccount',
    'aws:PrincipalArn',
    'aws:PrincipalOrgID',
    'aws:PrincipalOrgPaths',
    'aws:userid',
    'lambda:EventSourceToken',
  ].map((key) => key.toLowerCase()),
)

function narrows(conditions: Members | undefined): boolean {
  return Object.entries(conditions ?? {}).some(
    ([operator, keys]) =>
      positive.test(operator) &&
      Object.entries(keys as Members).some(
        ([key, value]) =>
          narrowing.has(key.toLowerCase()) &&
          [value].flat().every((each) => !/^[*?]*$|\$\{/.test(String(each))),
      ),
  )
}

/** The one of two members that is there: IAM asks for exactly one. */
function oneOf(statement: Members, name: string, negation: string): unknown {
  const there = [name, negation].filter((each) => statement[each] !== undefined)
  if (there.length === 1) return statement[there[0] as string]
  throw malformed(`a statement must have either ${name} or ${negation}`)
}

function textsOf(value: unknown, name: string): readonly string[] {
  const texts = [value].flat()
  if (texts.length > 0 && texts.every((text) => typeof text === 'string')) return texts
  throw malformed(`${name} must be a string or a list of strings`)
}

function onlyMembers(members: Members, allowed: readonly string[], what: string): void {
  const other = Object.keys(members).find((name) => !allowed.includes(name))
  if (other !== undefined) throw malformed(`${what} has a member that policies lack: ${other}`)
}

function membersOf(value: unknown, what: string): Members {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members
  throw malformed(`${what} must be a JSON object`)
}

function parse(document: string): unknown {
  try {
    return JSON.parse(document)
  } catch {
    throw malformed('it is no JSON')
  }
}

function malformed(reason: string): ServiceError {
  return invalid(`The policy document is not valid: ${reason}.`)
}
