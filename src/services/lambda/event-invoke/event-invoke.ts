/**
 * How asynchronous invocations of a function, a version or an alias are retried, and where their outcome goes: what
 * may be set, and how it is shown. The words of the refusals were recorded from the service unless told.
 * Called by: the EventInvokeConfig operations. Facts: developer guide, "Asynchronous invocation"; API reference.
 */
import type {
  DestinationConfig,
  FunctionEventInvokeConfig,
  PutFunctionEventInvokeConfigRequest,
} from '@aws-sdk/client-lambda'
import { parseArn } from '../../../kernel/arn.ts'
import type { FunctionArn } from '../../../kernel/brand.ts'
import { ServiceError } from '../../../kernel/errors.ts'
import { type FunctionName, arnOf } from '../names.ts'
import { invalid } from '../rules.ts'
import { existing } from '../settings/change-setting.ts'
import type { FunctionRecord } from '../state.ts'
import type { LambdaDb } from '../tables.ts'

export interface EventInvokeRecord {
  readonly lastModifiedMs: number
  /** Undefined: 2. */
  readonly retriesMax?: number | undefined
  /** Undefined: six hours. */
  readonly ageSecondsMax?: number | undefined
  /** ARNs. */
  readonly onSuccess?: string | undefined
  readonly onFailure?: string | undefined
}

/** A configuration is kept under the qualifier it was made for, `$LATEST` when that was none. */
export function withQualifier(named: FunctionName): FunctionName & { readonly qualifier: string } {
  return { ...named, qualifier: named.qualifier ?? '$LATEST' }
}

/** @throws ServiceError when the request sets nothing at all */
export function checkSetsSomething(input: PutFunctionEventInvokeConfigRequest): void {
  const { MaximumRetryAttempts, MaximumEventAgeInSeconds, DestinationConfig: destinations } = input
  const isSet =
    MaximumRetryAttempts !== undefined ||
    MaximumEventAgeInSeconds !== undefined ||
    destinations !== undefined
  if (!isSet)
    throw invalid('You must specify at least one of error handling or destination setting.')
}

/** The members that the request sets, beside the others of `before`. An empty destination clears it. */
export function withRequest(
  before: Omit<EventInvokeRecord, 'lastModifiedMs'>,
  input: PutFunctionEventInvokeConfigRequest,
  nowMs: number,
): EventInvokeRecord {
  const { OnSuccess: onSuccess, OnFailure: onFailure } = input.DestinationConfig ?? {}
  return {
    retriesMax: input.MaximumRetryAttempts ?? before.retriesMax,
    ageSecondsMax: input.MaximumEventAgeInSeconds ?? before.ageSecondsMax,
    onSuccess: (onSuccess?.Destination ?? before.onSuccess) || undefined,
    onFailure: (onFailure?.Destination ?? before.onFailure) || undefined,
    lastModifiedMs: nowMs,
  }
}

/** FunctionEventInvokeConfig of the Lambda model. */
export function eventInvokeConfig(
  functionArn: FunctionArn,
  qualifier: string,
  record: EventInvokeRecord,
): FunctionEventInvokeConfig {
  return {
    LastModified: new Date(record.lastModifiedMs),
    FunctionArn: `${functionArn}:${qualifier}`,
    ...(record.retriesMax === undefined ? {} : { MaximumRetryAttempts: record.retriesMax }),
    ...(record.ageSecondsMax === undefined
      ? {}
      : { MaximumEventAgeInSeconds: record.ageSecondsMax }),
    // Both members are there, empty when unset (API reference, example).
    DestinationConfig: {
      OnSuccess: record.onSuccess === undefined ? {} : { Destination: record.onSuccess },
      OnFailure: record.onFailure === undefined ? {} : { Destination: record.onFailure },
    },
  }
}

/** @throws ServiceError when a destination cannot be one, is the function itself, or is a function that is not there */
export async function checkDestinations(
  db: LambdaDb,
  record: FunctionRecord,
  config: DestinationConfig | undefined,
): Promise<void> {
  const { OnSuccess: onSuccess, OnFailure: onFailure } = config ?? {}
  const kinds = [
    [onSuccess?.Destination, new Set(['lambda', 'sqs', 'sns', 'events'])],
    [onFailure?.Destination, new Set(['lambda', 'sqs', 'sns', 'events', 's3'])],
  ] as const
  for (const [destination, services] of kinds) {
    if (!destination) continue
    const arn = parseArn(destination)
    if (!arn || !services.has(arn.service)) {
      throw invalid(`The provided destination config ${inJava(config)} is invalid.`)
    }
    if (!forms[arn.service]?.test(destination)) throw invalidArn(destination)
    if (arn.service === 'lambda') await checkFunction(db, record, destination)
  }
}

const place = '(?:[a-z0-9-]+):(?:\\d{12})'
/** What each service's ARN looks like. First-in-first-out queues and topics are no destinations. */
const forms: Readonly<Record<string, RegExp>> = {
  lambda: new RegExp(
    `^arn:aws[a-zA-Z-]*:lambda:${place}:function:[a-zA-Z0-9-_]{1,64}(?::(?:\\$LATEST|[a-zA-Z0-9-_]+))?$`,
  ),
  sqs: new RegExp(`^arn:aws[a-zA-Z-]*:sqs:${place}:[a-zA-Z0-9-_]{1,80}$`),
  sns: new RegExp(`^arn:aws[a-zA-Z-]*:sns:${place}:[a-zA-Z0-9-_]{1,256}$`),
  events: new RegExp(`^arn:aws[a-zA-Z-]*:events:${place}:event-bus/[a-zA-Z0-9-_./]{1,256}$`),
  s3: /^arn:aws[a-zA-Z-]*:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
}

/** Functions of other accounts are known to their owners alone: of those the form is all that is checked. */
async function checkFunction(
  db: LambdaDb,
  record: FunctionRecord,
  destination: string,
): Promise<void> {
  const [, , , region, account, , name = '', qualifier] = destination.split(':')
  if (region !== record.region) throw invalidArn(destination)
  if (account !== record.account) return
  if (name === record.name) {
    throw invalid("You can't specify the function as a destination for itself.")
  }
  const { account: owner } = record
  const scope = { account: owner, region: record.region }
  await existing(db, { scope, name, qualifier }, () => invalidArn(destination))
}

function invalidArn(destination: string): ServiceError {
  return invalid(`The destination ARN ${destination} is invalid.`)
}

/** As the service's own words show it. */
function inJava(config: DestinationConfig | undefined): string {
  const { OnSuccess: onSuccess, OnFailure: onFailure } = config ?? {}
  const success = onSuccess ? `OnSuccess(destination=${onSuccess.Destination ?? null})` : null
  const failure = onFailure ? `OnFailure(destination=${onFailure.Destination ?? null})` : null
  return `DestinationConfig(onSuccess=${success}, onFailure=${failure})`
}

/** Of something that is named and not there, when it is to be given a configuration. */
export function noSuchFunction(): ServiceError {
  return absent("The function doesn't exist.")
}

export function noConfig(named: FunctionName): ServiceError {
  return absent(`The function ${arnOf(withQualifier(named))} doesn't have an EventInvokeConfig`)
}

function absent(message: string): ServiceError {
  return new ServiceError('ResourceNotFoundException', message, { status: 404 })
}
