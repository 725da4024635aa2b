/**
 * The forms in which a client may name a function, made one.
 * Facts: Lambda API reference (FunctionName, Qualifier); texts recorded from the service.
 */
import { functionArn, scopeOf } from '../../kernel/arn.ts'
import type { FunctionArn, Scope } from '../../kernel/brand.ts'
import { ServiceError } from '../../kernel/errors.ts'
import type { CallContext } from '../../kernel/operation.ts'

export interface FunctionName {
  readonly scope: Scope
  readonly name: string
  /** From the name or the parameter; undefined when neither has one. */
  readonly qualifier: string | undefined
}

const form =
  /^(?:arn:(?<partition>aws[a-zA-Z-]*):lambda:)?(?:(?<region>(?:eusc-)?[a-z]{2}(?:-gov|-iso[a-z]?)?-[a-z]+-\d):)?(?:(?<account>\d{12}):)?(?:function:)?(?<name>[a-zA-Z0-9-_]+)(?::(?<qualifier>\$LATEST(?:\.PUBLISHED)?|[a-zA-Z0-9-_]+))?$/

/**
 * `name`, `name:qualifier`, `account:function:name`, or an ARN with or without a qualifier.
 * @throws ServiceError when the parts contradict each other or name another region or account.
 */
export function parseFunctionName(
  text: string,
  qualifier: string | undefined,
  context: CallContext,
  operation: string,
): FunctionName {
  const named = readFunctionName(text, qualifier, context)
  if (named.scope.account !== context.account) throw foreign(named, context, operation)
  return named
}

/**
 * As `parseFunctionName`, but of any account: for operations that a function's policy may open to others
 * (permissions/access.ts).
 */
export function readFunctionName(
  text: string,
  qualifier: string | undefined,
  context: CallContext,
): FunctionName {
  // The common case, without the regular expression: a bare name.
  const groups: Record<string, string | undefined> = text.includes(':')
    ? matchForm(text)
    : { name: text }
  const name = groups['name'] as string
  const { region, account } = groups
  if (region !== undefined && region !== context.region) {
    throw new ServiceError(
      'ResourceNotFoundException',
      `Functions from '${region}' are not reachable in this region ('${context.region}')`,
      { status: 404 },
    )
  }
  if (name.length > 64) throw tooLong(text)
  const scope = account === undefined ? context : scopeOf(account, context.region)
  const own = groups['qualifier']
  if (own !== undefined && qualifier !== undefined && own !== qualifier) {
    throw new ServiceError(
      'InvalidParameterValueException',
      'The derived qualifier from the function name does not match the specified qualifier.',
    )
  }
  return { scope, name, qualifier: own ?? qualifier }
}

/** The version that functions on a capacity provider publish again and again, in place of the one before. */
export const latestPublished = '$LATEST.PUBLISHED'

/** Whether a qualifier names a published version; any other but `$LATEST` names an alias. */
export function isVersion(qualifier: string): boolean {
  return qualifier === latestPublished || /^\d+$/.test(qualifier)
}

/** For operations on the function as a whole: a qualifier other than `$LATEST` is refused. */
export function parseUnqualifiedName(
  text: string,
  context: CallContext,
  operation: string,
): FunctionName {
  return checkUnqualified(parseFunctionName(text, undefined, context, operation))
}

/** @returns its argument. @throws ServiceError when it names a version or an alias */
export function checkUnqualified(named: FunctionName): FunctionName {
  if (named.qualifier !== undefined && named.qualifier !== '$LATEST') {
    throw new ServiceError(
      'InvalidParameterValueException',
      'This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.',
    )
  }
  return named
}

/** The ARN as error texts and `invoked-function-arn` show it. */
export function arnOf(named: FunctionName): FunctionArn {
  const arn = functionArn(named.scope, named.name)
  return named.qualifier === undefined ? arn : (`${arn}:${named.qualifier}` as FunctionArn)
}

export function notFound(named: FunctionName): ServiceError {
  return new ServiceError('ResourceNotFoundException', `Function not found: ${arnOf(named)}`, {
    status: 404,
  })
}

function matchForm(text: string): Record<string, string | undefined> {
  const groups = form.exec(text)?.groups
  if (groups) return groups
  throw new ServiceError(
    'InvalidParameterValueException',
    `The function name ${text} is neither a name nor an ARN of a Lambda function.`,
  )
}

function tooLong(text: string): ServiceError {
  return new ServiceError(
    'InvalidParameterValueException',
    `1 validation error detected: Value '${text}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64`,
  )
}

/** The refusal of a function of another account, which no policy of that function allows. */
export function foreign(
  named: FunctionName,
  context: CallContext,
  operation: string,
): ServiceError {
  return new ServiceError(
    'AccessDeniedException',
    `User: ${context.principal.arn} is not authorized to perform: lambda:${operation} on resource: ${arnOf(named)} because no resource-based policy allows the lambda:${operation} action`,
    { status: 403 },
  )
}
