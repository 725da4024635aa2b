/** A function as the API shows it: every field as AWS returns it. */
import type { FunctionConfiguration } from '@aws-sdk/client-lambda'
import type { FunctionRecord } from './state.ts'

/** `2020-04-10T19:06:32.563+0000`: Lambda's own form of time. */
export function lambdaTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '+0000')
}

/**
 * FunctionConfiguration of the Lambda model; members that AWS leaves out when unset are left out.
 * @param qualifier as the caller gave it: the ARN shows it.
 */
export function functionConfiguration(
  record: FunctionRecord,
  qualifier?: string,
): FunctionConfiguration {
  const { config } = record
  return {
    FunctionName: record.name,
    FunctionArn: qualifier === undefined ? record.arn : `${record.arn}:${qualifier}`,
    Runtime: config.runtime as FunctionConfiguration['Runtime'],
    Role: config.role,
    Handler: config.handler,
    CodeSize: config.codeBytes,
    Description: config.description,
    Timeout: config.timeoutSeconds,
    MemorySize: config.memoryMb,
    LastModified: lambdaTime(record.lastModifiedMs),
    CodeSha256: config.codeSha256,
    Version: '$LATEST',
    Environment: config.environment && { Variables: { ...config.environment } },
    TracingConfig: { Mode: 'PassThrough' },
    RevisionId: record.revisionId,
    ...stateFields(record),
    PackageType: 'Zip',
    Architectures: [config.architecture as 'x86_64' | 'arm64'],
    EphemeralStorage: { Size: config.ephemeralStorageMb },
    ...(config.runtimeVersionArn === undefined
      ? {}
      : { RuntimeVersionConfig: { RuntimeVersionArn: config.runtimeVersionArn } }),
    SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    LoggingConfig: {
      LogFormat: config.logging.format,
      ApplicationLogLevel: config.logging.applicationLevel as NonNullable<
        FunctionConfiguration['LoggingConfig']
      >['ApplicationLogLevel'],
      SystemLogLevel: config.logging.systemLevel as NonNullable<
        FunctionConfiguration['LoggingConfig']
      >['SystemLogLevel'],
      LogGroup: config.logging.group,
    },
  }
}

function stateFields(record: FunctionRecord): Partial<FunctionConfiguration> {
  const { state, lastUpdate } = record
  return {
    State: state.is,
    ...(state.is === 'Pending'
      ? { StateReason: 'The function is being created.', StateReasonCode: 'Creating' as const }
      : {}),
    ...(state.is === 'Failed'
      ? { StateReason: state.reason, StateReasonCode: state.code as 'InternalError' }
      : {}),
    LastUpdateStatus: lastUpdate.is,
    // Recorded from the service: updates, too, say that the function is being created.
    ...(lastUpdate.is === 'InProgress'
      ? {
          LastUpdateStatusReason: 'The function is being created.',
          LastUpdateStatusReasonCode: 'Creating' as 'InternalError',
        }
      : {}),
    ...(lastUpdate.is === 'Failed'
      ? {
          LastUpdateStatusReason: lastUpdate.reason,
          LastUpdateStatusReasonCode: lastUpdate.code as 'InternalError',
        }
      : {}),
  }
}
