/** A function as the API shows it: every field as AWS returns it. */
import type { FunctionConfiguration } from '@aws-sdk/client-lambda'
import type { Scope } from '../../kernel/brand.ts'
import { providerArn } from './capacity-providers/names.ts'
import { configSha256 } from './config-hash.ts'
import type {
  FileSystem,
  FunctionRecord,
  ManagedInstances,
  UpdateStatus,
  VersionRecord,
  VpcConfig,
} from './state.ts'

/** `2020-04-10T19:06:32.563+0000`: Lambda's own form of time. */
export function lambdaTime(epochMs: number): string {
  return new Date(epochMs).toISOString().replace('Z', '+0000')
}

/**
 * FunctionConfiguration of the Lambda model; members that AWS leaves out when unset are left out.
 * @param qualifier as the caller gave it: the ARN shows it.
 */
export function functionConfiguration(
  record: FunctionRecord | VersionRecord,
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
    Version: 'version' in record ? record.version : '$LATEST',
    Environment: config.environment && { Variables: { ...config.environment } },
    ...(config.vpc ? { VpcConfig: vpcResponse(config.vpc) } : {}),
    ...(config.deadLetterArn === undefined
      ? {}
      : { DeadLetterConfig: { TargetArn: config.deadLetterArn } }),
    ...(config.kmsKeyArn === undefined ? {} : { KMSKeyArn: config.kmsKeyArn }),
    TracingConfig: { Mode: config.tracing },
    ...(config.layers.length > 0
      ? { Layers: config.layers.map(({ arn, codeBytes }) => ({ Arn: arn, CodeSize: codeBytes })) }
      : {}),
    ...(config.fileSystems.length > 0
      ? { FileSystemConfigs: config.fileSystems.map(fileSystemConfig) }
      : {}),
    ...(config.signedBy === undefined ? {} : { SigningProfileVersionArn: config.signedBy }),
    RevisionId: record.revisionId,
    ConfigSha256: configSha256(config),
    ...(config.tenantIsolation === undefined
      ? {}
      : { TenancyConfig: { TenantIsolationMode: config.tenantIsolation } }),
    ...(config.managedInstances === undefined
      ? {}
      : { CapacityProviderConfig: capacityProviderConfig(record, config.managedInstances) }),
    ...stateFields(record),
    PackageType: 'Zip',
    Architectures: [config.architecture as 'x86_64' | 'arm64'],
    EphemeralStorage: { Size: config.ephemeralStorageMb },
    ...(config.runtimeVersionArn === undefined
      ? {}
      : { RuntimeVersionConfig: { RuntimeVersionArn: config.runtimeVersionArn } }),
    SnapStart: {
      ApplyOn: config.snapStart,
      // On for published versions alone: nothing else is restored from a snapshot.
      OptimizationStatus:
        'version' in record && config.snapStart === 'PublishedVersions' ? 'On' : 'Off',
    },
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

type Member<Name extends keyof FunctionConfiguration> = NonNullable<FunctionConfiguration[Name]>

function fileSystemConfig({
  arn,
  mountPath,
  directS3Read,
}: FileSystem): Member<'FileSystemConfigs'>[number] {
  return {
    Arn: arn,
    LocalMountPath: mountPath,
    ...(directS3Read === undefined ? {} : { S3FilesConfig: { DirectS3Read: directS3Read } }),
  }
}

function capacityProviderConfig(
  scope: Scope,
  { provider, environmentConcurrency, memoryGiBPerVCpu }: ManagedInstances,
): Member<'CapacityProviderConfig'> {
  return {
    LambdaManagedInstancesCapacityProviderConfig: {
      CapacityProviderArn: providerArn(scope, provider),
      ...(environmentConcurrency === undefined
        ? {}
        : { PerExecutionEnvironmentMaxConcurrency: environmentConcurrency }),
      ...(memoryGiBPerVCpu === undefined
        ? {}
        : { ExecutionEnvironmentMemoryGiBPerVCpu: memoryGiBPerVCpu }),
    },
  }
}

function vpcResponse(vpc: VpcConfig): FunctionConfiguration['VpcConfig'] {
  return {
    SubnetIds: [...vpc.subnetIds],
    SecurityGroupIds: [...vpc.securityGroupIds],
    // The VPC of its subnets is EC2's to know.
    VpcId: '',
    Ipv6AllowedForDualStack: vpc.ipv6Allowed,
  }
}

function stateFields(record: FunctionRecord | VersionRecord): Partial<FunctionConfiguration> {
  const { state } = record
  const lastUpdate = 'version' in record ? updateOf(record) : record.lastUpdate
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

/** A version is never updated. */
function updateOf({ state }: VersionRecord): UpdateStatus {
  return state.is === 'Failed' ? state : { is: 'Successful' }
}

/** As lists show it: without these (API reference, ListFunctions). */
export function withoutState(configuration: FunctionConfiguration): FunctionConfiguration {
  const {
    State: _state,
    StateReason: _stateReason,
    StateReasonCode: _stateReasonCode,
    LastUpdateStatus: _lastUpdateStatus,
    LastUpdateStatusReason: _lastUpdateStatusReason,
    LastUpdateStatusReasonCode: _lastUpdateStatusReasonCode,
    RuntimeVersionConfig: _runtimeVersionConfig,
    ...listed
  } = configuration
  return listed
}
