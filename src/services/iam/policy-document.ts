/**
 * The grammar of policies, checked when they are stored: identity policies (managed and inline) and trust
 * policies. Nothing is evaluated here, and what would need the services' own lists (whether an action, a
 * condition key or a principal exists) is not checked.
 *
 * The two kinds speak differently, as on AWS. Texts marked "observed" are AWS's, published by those who met
 * them; the rule behind each is in "Grammar of the IAM JSON policy language", IAM User Guide.
 * Called by: CreateRole, UpdateAssumeRolePolicy, CreatePolicy, CreatePolicyVersion, PutRolePolicy.
 */
import { malformedPolicy } from './errors.ts'

type Json = Readonly<Record<string, unknown>>

/** Observed: what identity policies answer for whatever is not the grammar. */
const syntax = 'Syntax errors in policy.'

/** Observed: the same of trust policies. */
const notJson = 'This policy contains invalid Json'

const documentFields = new Set(['Version', 'Id', 'Statement'])
const statementFields = new Set([
  'Sid',
  'Effect',
  'Principal',
  'NotPrincipal',
  'Action',
  'NotAction',
  'Resource',
  'NotResource',
  'Condition',
])

/** Quotas count a document's characters without white space (IAM User Guide, quotas). */
export function policyCharacters(document: string): number {
  return document.replaceAll(/[\t\n\r ]/g, '').length
}

/**
 * A managed policy, or one inside a role.
 * @throws ServiceError MalformedPolicyDocument
 */
export function checkIdentityPolicy(document: string, kind: 'managed' | 'inline'): void {
  const policy = readObject(document, syntax)
  for (const field of Object.keys(policy)) {
    if (!documentFields.has(field)) throw malformedPolicy(syntax)
  }
  const { Version: version, Id: id } = policy
  // Observed for managed policies; inline ones may be of the older language, which is also the default.
  if (kind === 'managed' && (version === undefined || version === '2008-10-17')) {
    throw malformedPolicy('Policy document must be version 2012-10-17 or greater.')
  }
  if (!isVersion(version) || !isOptionalText(id)) throw malformedPolicy(syntax)
  const sids = new Set<string>()
  for (const statement of statementsOf(policy, syntax)) checkIdentityStatement(statement, sids)
}

function checkIdentityStatement(statement: Json, sids: Set<string>): void {
  for (const field of Object.keys(statement)) {
    if (!statementFields.has(field)) throw malformedPolicy(syntax)
  }
  if (!isEffect(statement['Effect'])) throw malformedPolicy(syntax)
  checkSid(statement['Sid'], sids)
  // Observed.
  if (Object.hasOwn(statement, 'Principal') || Object.hasOwn(statement, 'NotPrincipal')) {
    throw malformedPolicy('Policy document should not specify a principal.')
  }
  const actions = oneOf(statement, 'Action', 'NotAction', syntax)
  // Observed.
  if (actions.length === 0) throw malformedPolicy('Policy statement must contain actions.')
  for (const action of actions) checkAction(action)
  const resources = oneOf(statement, 'Resource', 'NotResource', syntax)
  // Observed.
  if (resources.length === 0) throw malformedPolicy('Policy statement must contain resources.')
  for (const resource of resources) {
    if (resource !== '*' && !resource.startsWith('arn:')) {
      // Observed.
      throw malformedPolicy(`Resource ${resource} must be in ARN format or "*".`)
    }
  }
  if (!isCondition(statement['Condition'])) throw malformedPolicy(syntax)
}

function checkSid(sid: unknown, sids: Set<string>): void {
  if (sid === undefined) return
  if (typeof sid !== 'string') throw malformedPolicy(syntax)
  if (!/^[0-9A-Za-z]*$/.test(sid)) {
    // The rule is documented; the words are recalled, not verified.
    throw malformedPolicy(
      'Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*',
    )
  }
  if (sid === '') return
  // Observed.
  if (sids.has(sid)) {
    throw malformedPolicy('Statement IDs (SID) in a single policy must be unique.')
  }
  sids.add(sid)
}

function checkAction(action: string): void {
  if (action === '*') return
  const colons = action.split(':').length - 1
  // The first observed, the second recalled.
  if (colons === 0) {
    throw malformedPolicy(
      'Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.',
    )
  }
  if (colons > 1) throw malformedPolicy('Actions/Condition can contain only one colon.')
}

/**
 * The policy that says who may assume a role.
 * @throws ServiceError MalformedPolicyDocument
 */
export function checkTrustPolicy(document: string): void {
  const policy = readObject(document, notJson)
  for (const field of Object.keys(policy)) {
    if (!documentFields.has(field)) throw unknownField(field)
  }
  if (!isVersion(policy['Version'])) {
    throw malformedPolicy('The policy must contain a valid version string')
  }
  if (!Object.hasOwn(policy, 'Statement')) throw missingField('Statement')
  for (const statement of statementsOf(policy, notJson)) checkTrustStatement(statement)
}

function checkTrustStatement(statement: Json): void {
  for (const field of Object.keys(statement)) {
    if (!statementFields.has(field)) throw unknownField(field)
  }
  if (!Object.hasOwn(statement, 'Effect')) throw missingField('Effect')
  if (!isEffect(statement['Effect'])) {
    throw malformedPolicy(`Invalid effect: ${JSON.stringify(statement['Effect'])}`)
  }
  for (const field of ['Resource', 'NotResource']) {
    // Observed for Resource.
    if (Object.hasOwn(statement, field)) throw malformedPolicy(`Has prohibited field ${field}`)
  }
  const { Principal: principal, NotPrincipal: notPrincipal } = statement
  // Observed.
  if (principal === undefined && notPrincipal === undefined) throw missingField('Principal')
  checkPrincipal(principal ?? notPrincipal)
  const actions = oneOf(statement, 'Action', 'NotAction', notJson)
  if (actions.length === 0) throw missingField('Action')
  for (const action of actions) {
    if (!isAssumeAction(action)) {
      // Observed.
      throw malformedPolicy('AssumeRole policy may only specify STS AssumeRole actions.')
    }
  }
  if (!isCondition(statement['Condition'])) {
    throw malformedPolicy('Could not parse the policy: Condition is not an object of operators')
  }
}

/** What else a session may be given on the way is documented for each of these actions (AWS STS). */
const assumeActions = new Set([
  'sts:assumerole',
  'sts:assumerolewithsaml',
  'sts:assumerolewithwebidentity',
  'sts:tagsession',
  'sts:setsourceidentity',
  'sts:setcontext',
])

function isAssumeAction(action: string): boolean {
  const lower = action.toLowerCase()
  return lower === '*' || assumeActions.has(lower) || /^sts:.*[*?]/.test(lower)
}

const principalForms: Readonly<Record<string, RegExp>> = {
  AWS: /^(?:\*|\d{12}|A[A-Z]{3}[A-Z0-9]{12,}|arn:aws[a-z-]*:(?:iam|sts)::\d{12}:.+)$/,
  Service: /^[a-z0-9-]+(?:\.[a-z0-9-]+)+$/i,
  Federated: /^(?:\*|arn:.+|[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:[/:].*)?)$/i,
  CanonicalUser: /^[0-9a-f]{64}$/,
}

function checkPrincipal(principal: unknown): void {
  if (principal === '*') return
  if (!isObject(principal) || Object.keys(principal).length === 0) {
    throw malformedPolicy(`Invalid principal in policy: ${JSON.stringify(principal)}`)
  }
  for (const [kind, value] of Object.entries(principal)) {
    const form = Object.hasOwn(principalForms, kind) ? principalForms[kind] : undefined
    const names = texts(value) ?? []
    const wrong = form ? names.find((name) => !form.test(name)) : names[0]
    if (form && names.length > 0 && wrong === undefined) continue
    // Observed, with the kind in capitals.
    const shown = JSON.stringify(wrong ?? value)
    throw malformedPolicy(`Invalid principal in policy: "${kind.toUpperCase()}":${shown}`)
  }
}

function readObject(document: string, words: string): Json {
  let value: unknown
  try {
    value = JSON.parse(document)
  } catch {
    throw malformedPolicy(words)
  }
  if (!isObject(value)) throw malformedPolicy(words)
  return value
}

/** One statement may stand without its array. */
function statementsOf(policy: Json, words: string): readonly Json[] {
  const { Statement: value } = policy
  const statements: readonly unknown[] = Array.isArray(value) ? value : [value]
  if (statements.length === 0 || !statements.every(isObject)) throw malformedPolicy(words)
  return statements
}

/** The values of whichever of two fields that exclude each other is there; empty when neither is. */
function oneOf(statement: Json, field: string, opposite: string, words: string): readonly string[] {
  const value = statement[field]
  const other = statement[opposite]
  const values = texts(value ?? other ?? [])
  if (values === undefined || (value !== undefined && other !== undefined)) {
    throw malformedPolicy(words)
  }
  return values
}

/** A string, or an array of them; undefined when it is neither. */
function texts(value: unknown): readonly string[] | undefined {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  return values.every((each) => typeof each === 'string') ? values : undefined
}

/** `{operator: {key: scalar or array of scalars}}`, or nothing. */
function isCondition(value: unknown): boolean {
  if (value === undefined) return true
  if (!isObject(value)) return false
  return Object.values(value).every((keys) => isObject(keys) && Object.values(keys).every(isValue))
}

function isValue(value: unknown): boolean {
  const values: readonly unknown[] = Array.isArray(value) ? value : [value]
  return values.every((each) => ['string', 'number', 'boolean'].includes(typeof each))
}

function isVersion(value: unknown): boolean {
  return value === undefined || value === '2012-10-17' || value === '2008-10-17'
}

function isEffect(value: unknown): boolean {
  return value === 'Allow' || value === 'Deny'
}

function isOptionalText(value: unknown): boolean {
  return value === undefined || typeof value === 'string'
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function unknownField(field: string) {
  // Observed.
  return malformedPolicy(`Unknown field ${field}`)
}

function missingField(field: string) {
  return malformedPolicy(`Missing required field ${field}`)
}
