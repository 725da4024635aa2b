/** What a URL belongs to, and the checks that its operations share. */
import type { Cors } from '@aws-sdk/client-lambda'
import { ServiceError } from '../../../kernel/errors.ts'
import type { CallContext } from '../../../kernel/operation.ts'
import { type FunctionName, arnOf, parseFunctionName } from '../names.ts'
import { invalid } from '../rules.ts'

/** A function or an alias: versions have none. @throws ServiceError */
export function urlOwner(
  functionName: string | undefined,
  qualifier: string | undefined,
  context: CallContext,
  operation: string,
): FunctionName {
  const named = parseFunctionName(functionName ?? '', qualifier, context, operation)
  if (named.qualifier === '$LATEST' || /^\d+$/.test(named.qualifier ?? '')) {
    throw invalid(
      `The qualifier ${named.qualifier} is no alias: a function URL belongs to a function or to one of its aliases.`,
    )
  }
  return named
}

/** Observed. */
export function urlNotFound(): ServiceError {
  return new ServiceError(
    'ResourceNotFoundException',
    'The resource you requested does not exist.',
    { status: 404 },
  )
}

/** Observed, two blanks and all. */
export function urlExists(named: FunctionName): ServiceError {
  return new ServiceError(
    'ResourceConflictException',
    `Failed to create function url config for [functionArn = ${arnOf(named)}]. Error message:  FunctionUrlConfig exists for this Lambda function`,
    { status: 409 },
  )
}

/** An empty one is none. */
export function corsOf(cors: Cors | undefined): Cors | undefined {
  return cors && Object.keys(cors).length > 0 ? cors : undefined
}
