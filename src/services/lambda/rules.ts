/**
 * Checks that the model cannot express, with AWS's words where AWS has them. Settings that lambdad does not
 * carry out yet are refused in unserved.ts.
 */
import os from 'node:os'
import { Buffer } from 'node:buffer'
import type { Environment, LoggingConfig as LoggingInput } from '@aws-sdk/client-lambda'
import { runtimeVersionArn } from '../../kernel/arn.ts'
import type { Region } from '../../kernel/brand.ts'
import { ServiceError } from '../../kernel/errors.ts'
import type { RuntimeProvider } from '../../kernel/ports.ts'
import { environmentBytesMax, tagsMax } from './limits.ts'
import { runtimeRefusal } from './runtimes.ts'
import type { FunctionRecord, LoggingConfig, VersionConfig } from './state.ts'

export function invalid(message: string): ServiceError {
  return new ServiceError('InvalidParameterValueException', message)
}

/** @throws ServiceError when the runtime is unknown, retired, or not to be had on this host. */
export function checkRuntime(
  runtime: string | undefined,
  runtimes: Pick<RuntimeProvider, 'identifiers' | 'whyMissing'>,
): string {
  if (runtime === undefined) {
    throw invalid('Runtime is mandatory for functions created with deployment packages.')
  }
  const refusal = runtimeRefusal(runtime, runtimes)
  if (refusal !== undefined) throw invalid(refusal)
  return runtime
}

/** The runtime and its build on this host. @throws ServiceError as `checkRuntime` */
export function chooseRuntime(
  runtime: string | undefined,
  runtimes: RuntimeProvider,
  region: Region,
): Pick<VersionConfig, 'runtime' | 'runtimeVersionArn'> {
  const checked = checkRuntime(runtime, runtimes)
  const hash = runtimes.versionHash(checked)
  return {
    runtime: checked,
    runtimeVersionArn: hash === undefined ? undefined : runtimeVersionArn(region, hash),
  }
}

export function checkHandler(handler: string | undefined): string {
  if (handler) return handler
  throw invalid('Handler is mandatory for functions created with deployment packages.')
}

const hostArchitecture = os.arch() === 'arm64' ? 'arm64' : 'x86_64'

/** Without emulation a host runs one architecture; a function made for the other would fail at its first native byte. */
export function checkArchitecture(architectures: readonly string[] | undefined): string {
  const architecture = architectures?.[0] ?? 'x86_64'
  if (architecture === hostArchitecture) return architecture
  throw invalid(
    `This host runs ${hostArchitecture} functions; ${architecture} is not supported on it. Set Architectures to ["${hostArchitecture}"].`,
  )
}

const reservedVariables = new Set([
  '_HANDLER',
  '_X_AMZN_TRACE_ID',
  'AWS_DEFAULT_REGION',
  'AWS_REGION',
  'AWS_EXECUTION_ENV',
  'AWS_LAMBDA_FUNCTION_NAME',
  'AWS_LAMBDA_FUNCTION_MEMORY_SIZE',
  'AWS_LAMBDA_FUNCTION_VERSION',
  'AWS_LAMBDA_INITIALIZATION_TYPE',
  'AWS_LAMBDA_LOG_GROUP_NAME',
  'AWS_LAMBDA_LOG_STREAM_NAME',
  'AWS_ACCESS_KEY',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_LAMBDA_RUNTIME_API',
  'LAMBDA_TASK_ROOT',
  'LAMBDA_RUNTIME_DIR',
  'AWS_LAMBDA_MAX_CONCURRENCY',
  'AWS_LAMBDA_METADATA_API',
  'AWS_LAMBDA_METADATA_TOKEN',
])

/** @returns the variables, or undefined when there are none. @throws ServiceError */
export function checkEnvironment(
  environment: Environment | undefined,
): Readonly<Record<string, string>> | undefined {
  const variables = environment?.Variables
  if (!variables || Object.keys(variables).length === 0) return undefined
  const reserved = Object.keys(variables).filter((name) => reservedVariables.has(name))
  const prefix =
    'Lambda was unable to configure your environment variables because the environment variables you have provided'
  if (reserved.length > 0) {
    throw invalid(
      `${prefix} contains reserved keys that are currently not supported for modification. Reserved keys used in this request: ${reserved.join(', ')}`,
    )
  }
  for (const [name, value] of Object.entries(variables)) {
    if (value.includes('\0')) {
      throw invalid(`The environment variable ${name} contains a NUL character.`)
    }
  }
  // As the service's own words have it, the JSON text is what is measured.
  const measured = JSON.stringify(variables)
  if (Buffer.byteLength(measured) > environmentBytesMax) {
    throw invalid(`${prefix} exceeded the 4KB limit. String measured: ${measured}`)
  }
  return variables
}

/** Merges what the caller sent over what was there (or AWS's defaults). @throws ServiceError */
export function checkLogging(
  input: LoggingInput | undefined,
  functionName: string,
  before: LoggingConfig | undefined,
): LoggingConfig {
  const format = input?.LogFormat ?? before?.format ?? 'Text'
  const group = input?.LogGroup ?? before?.group ?? `/aws/lambda/${functionName}`
  if (format === 'Text') {
    if (input?.ApplicationLogLevel !== undefined || input?.SystemLogLevel !== undefined) {
      throw invalid(
        'LogLevel is not supported when LogFormat is set to "Text". Remove LogLevel from your request or change the LogFormat to "JSON" and try again.',
      )
    }
    return { format, group, applicationLevel: undefined, systemLevel: undefined }
  }
  return {
    format,
    group,
    applicationLevel: input?.ApplicationLogLevel ?? before?.applicationLevel ?? 'INFO',
    systemLevel: input?.SystemLogLevel ?? before?.systemLevel ?? 'INFO',
  }
}

/** @throws ServiceError */
export function checkTags(
  tags: Readonly<Record<string, string>> | undefined,
): Record<string, string> {
  const entries = Object.entries(tags ?? {})
  if (entries.length > tagsMax) throw invalid('Number of tags exceeds resource tag limit.')
  for (const [key, value] of entries) {
    if (key.length === 0 || key.length > 128 || value.length > 256) {
      throw invalid('A tag has a key of 1 to 128 characters and a value of at most 256.')
    }
    if (key.toLowerCase().startsWith('aws:')) {
      throw invalid('Tag keys that begin with aws: are reserved for system use.')
    }
  }
  return Object.fromEntries(entries)
}

/** @throws ServiceError `PreconditionFailedException`, 412 */
export function checkRevision(
  record: Pick<FunctionRecord, 'revisionId'>,
  revisionId: string | undefined,
): void {
  if (revisionId === undefined || revisionId === record.revisionId) return
  throw new ServiceError(
    'PreconditionFailedException',
    'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
    { status: 412 },
  )
}

/** Updates wait for each other. @throws ServiceError `ResourceConflictException`, 409 */
export function checkUpdatable(record: FunctionRecord): void {
  if (record.lastUpdate.is === 'InProgress') {
    throw conflict(
      `The operation cannot be performed at this time. An update is in progress for resource: ${record.arn}`,
    )
  }
  if (record.state.is === 'Pending') throw inState('Pending')
}

export function inState(state: string): ServiceError {
  return conflict(
    `The operation cannot be performed at this time. The function is currently in the following state: ${state}`,
  )
}

export function conflict(message: string): ServiceError {
  return new ServiceError('ResourceConflictException', message, { status: 409 })
}
