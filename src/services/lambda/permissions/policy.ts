/**
 * A resource policy as text, statement by statement: what AddPermission writes into it and RemovePermission takes out.
 * Pure. Read next: document.ts for whole documents from outside, access.ts for what a policy permits.
 * Facts: developer guide, "Working with resource-based IAM policies in Lambda"; statements as AWS renders them.
 */
import { Buffer } from 'node:buffer'
import type { AddPermissionRequest } from '@aws-sdk/client-lambda'
import { partitionOf } from '../../../kernel/arn.ts'
import { ServiceError } from '../../../kernel/errors.ts'
import { policyBytesMax } from '../limits.ts'
import { invalid } from '../rules.ts'

/** Of a function, a version or an alias: as the setting `policy` keeps it. */
export interface PolicyRecord {
  /** Changes with every change of the policy. It is none of the function's. */
  readonly revisionId: string
  /** JSON. */
  readonly document: string
}

/** Members in the order in which AWS writes them. */
export interface Statement {
  readonly Sid?: string
  readonly Effect: string
  readonly Principal?: unknown
  readonly Action?: unknown
  readonly Resource?: unknown
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string>>>>
}

interface PolicyDocument {
  readonly Version: string
  readonly Id: string
  readonly Statement: readonly Statement[]
}

/**
 * The statement that AddPermission's parameters stand for.
 * @param resource ARN of the function, with the qualifier when there is one
 * @throws ServiceError
 */
export function statementOf(input: AddPermissionRequest, resource: string): Statement {
  const { Action: action = '' } = input
  // Recorded from the service, without a full stop.
  if (input.FunctionUrlAuthType !== undefined && action !== 'lambda:InvokeFunctionUrl') {
    throw invalid('FunctionUrlAuthType is only supported for lambda:InvokeFunctionUrl action')
  }
  if (input.InvokedViaFunctionUrl !== undefined && action !== 'lambda:InvokeFunction') {
    throw invalid('InvokedViaFunctionUrl is only supported for lambda:InvokeFunction action')
  }
  const conditions = conditionsOf(input)
  return {
    Sid: input.StatementId ?? '',
    Effect: 'Allow',
    Principal: principalElement(input.Principal ?? '', resource),
    Action: action,
    Resource: resource,
    ...(Object.keys(conditions).length > 0 ? { Condition: conditions } : {}),
  }
}

function conditionsOf(input: AddPermissionRequest): NonNullable<Statement['Condition']> {
  const equals = present({
    'AWS:SourceAccount': input.SourceAccount,
    'aws:PrincipalOrgID': input.PrincipalOrgID,
    'lambda:EventSourceToken': input.EventSourceToken,
    'lambda:FunctionUrlAuthType': input.FunctionUrlAuthType,
  })
  const viaUrl = input.InvokedViaFunctionUrl
  return present<Readonly<Record<string, string>>>({
    StringEquals: Object.keys(equals).length > 0 ? equals : undefined,
    ArnLike: input.SourceArn === undefined ? undefined : { 'AWS:SourceArn': input.SourceArn },
    Bool: viaUrl === undefined ? undefined : { 'lambda:InvokedViaFunctionUrl': String(viaUrl) },
  })
}

function present<Value>(
  members: Readonly<Record<string, Value | undefined>>,
): Readonly<Record<string, Value>> {
  return Object.fromEntries(
    Object.entries(members).filter((entry): entry is [string, Value] => entry[1] !== undefined),
  )
}

const identityForm =
  /^arn:aws[a-zA-Z-]*:(?:iam|sts)::\d{12}:(?:root|(?:user|role|assumed-role|federated-user)\/\S+)$/
const serviceForm =
  /^[a-z0-9-]+(?:\.[a-z0-9-]+)*\.(?:amazonaws\.com|amazonaws\.com\.cn|amazonaws\.eu|amazon\.com|aws\.internal)$/

/** An account, an identity or `*`, in the form of `"AWS"` in a document. */
export function isAwsPrincipal(text: string): boolean {
  return text === '*' || /^\d{12}$/.test(text) || identityForm.test(text)
}

export function isServicePrincipal(text: string): boolean {
  return serviceForm.test(text)
}

/** @throws ServiceError when it is neither an account, an identity, a service nor everybody */
function principalElement(principal: string, resource: string): unknown {
  if (principal === '*') return '*'
  if (/^\d{12}$/.test(principal)) {
    const partition = partitionOf(resource.split(':')[3] ?? '')
    return { AWS: `arn:${partition}:iam::${principal}:root` }
  }
  if (isAwsPrincipal(principal)) return { AWS: principal }
  if (isServicePrincipal(principal)) return { Service: principal }
  throw invalid('The provided principal was invalid. Please check the principal and try again.')
}

/**
 * The document with one more statement, at its end.
 * @param document undefined when there is none yet
 * @throws ServiceError when the statement id is taken, or the policy would be too large
 */
export function withStatement(document: string | undefined, statement: Statement): string {
  const before = document === undefined ? none : read(document)
  if (before.Statement.some(({ Sid }) => Sid === statement.Sid)) {
    throw new ServiceError(
      'ResourceConflictException',
      `The statement id (${statement.Sid}) provided already exists. Please provide a new statement id, or remove the existing statement.`,
      { status: 409 },
    )
  }
  const after = JSON.stringify({ ...before, Statement: [...before.Statement, statement] })
  checkPolicySize(after)
  return after
}

/**
 * The document without one statement; undefined when that was the last.
 * @throws ServiceError `ResourceNotFoundException` when there is no such statement
 */
export function withoutStatement(document: string, statementId: string): string | undefined {
  const before = read(document)
  const others = before.Statement.filter(({ Sid }) => Sid !== statementId)
  if (others.length === before.Statement.length) {
    throw notThere(`Statement ${statementId} is not found in resource policy.`)
  }
  return others.length === 0 ? undefined : JSON.stringify({ ...before, Statement: others })
}

const none: PolicyDocument = { Version: '2012-10-17', Id: 'default', Statement: [] }

function read(document: string): PolicyDocument {
  const policy = JSON.parse(document) as PolicyDocument & { Statement: Statement | Statement[] }
  // Documents that came whole may have one statement that stands in no list.
  return { ...policy, Statement: [policy.Statement].flat() }
}

/** @throws ServiceError `PolicyLengthExceededException`. The words are those of the service. */
export function checkPolicySize(document: string): void {
  const bytes = Buffer.byteLength(document)
  if (bytes <= policyBytesMax) return
  throw new ServiceError(
    'PolicyLengthExceededException',
    `The final policy size (${bytes}) is bigger than the limit (${policyBytesMax}).`,
  )
}

/**
 * @param api tells the present revision: `GetPolicy`
 * @throws ServiceError `PreconditionFailedException`, 412, also when there is no policy to have that revision
 */
export function checkPolicyRevision(
  policy: PolicyRecord | undefined,
  revisionId: string | undefined,
  api = 'GetPolicy',
): void {
  if (!revisionId || revisionId === policy?.revisionId) return
  throw new ServiceError(
    'PreconditionFailedException',
    `The Revision Id provided does not match the latest Revision Id. Call the ${api} API to retrieve the latest Revision Id`,
    { status: 412 },
  )
}

/** `$LATEST` by name has no policy of its own. @throws ServiceError */
export function refuseLatest(qualifier: string | undefined): void {
  if (qualifier !== '$LATEST') return
  throw invalid('We currently do not support adding policies for $LATEST.')
}

export function notThere(message: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', message, { status: 404 })
}
