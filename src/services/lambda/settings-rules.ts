/** The settings of a version that other services carry out, or that count at a later time: checked, kept, shown. */
import type {
  CreateFunctionRequest,
  UpdateFunctionConfigurationRequest,
} from '@aws-sdk/client-lambda'
import { parseArn } from '../../kernel/arn.ts'
import { tmpMbMaxForSnapStart } from './limits.ts'
import { invalid } from './rules.ts'
import type { VersionConfig } from './state.ts'

type Input = Pick<
  CreateFunctionRequest & UpdateFunctionConfigurationRequest,
  | 'DeadLetterConfig'
  | 'FileSystemConfigs'
  | 'KMSKeyArn'
  | 'SnapStart'
  | 'TracingConfig'
  | 'VpcConfig'
>
type Settings = Pick<
  VersionConfig,
  'deadLetterArn' | 'fileSystems' | 'kmsKeyArn' | 'snapStart' | 'tracing' | 'vpc'
>

/** Those that the request names; empty ones clear. @throws ServiceError */
export function checkSettings(input: Input): Partial<Settings> {
  const { TracingConfig, KMSKeyArn, FileSystemConfigs, SnapStart } = input
  return {
    ...(TracingConfig?.Mode === undefined ? {} : { tracing: TracingConfig.Mode }),
    ...(KMSKeyArn === undefined ? {} : { kmsKeyArn: KMSKeyArn || undefined }),
    ...checkDeadLetter(input),
    ...checkVpc(input),
    ...(FileSystemConfigs === undefined ? {} : { fileSystems: checkFileSystems(input) }),
    ...(SnapStart?.ApplyOn === undefined ? {} : { snapStart: SnapStart.ApplyOn }),
  }
}

/** A standard queue or topic. Source: API reference, DeadLetterConfig; developer guide, "Dead-letter queues". */
function checkDeadLetter({ DeadLetterConfig }: Input): Partial<Settings> {
  if (DeadLetterConfig === undefined) return {}
  const { TargetArn } = DeadLetterConfig
  if (!TargetArn) return { deadLetterArn: undefined }
  const { service } = parseArn(TargetArn) ?? {}
  if (service !== 'sqs' && service !== 'sns') {
    throw invalid(
      `The provided dead-letter target ${TargetArn} is neither an SQS queue nor an SNS topic.`,
    )
  }
  if (TargetArn.endsWith('.fifo')) {
    throw invalid(
      `The provided dead-letter target ${TargetArn} is a FIFO one; use a standard queue or topic.`,
    )
  }
  return { deadLetterArn: TargetArn }
}

function checkVpc({ VpcConfig }: Input): Partial<Settings> {
  if (VpcConfig === undefined) return {}
  const subnetIds = VpcConfig.SubnetIds ?? []
  const securityGroupIds = VpcConfig.SecurityGroupIds ?? []
  if (subnetIds.length === 0 && securityGroupIds.length === 0) return { vpc: undefined }
  if (subnetIds.length === 0 || securityGroupIds.length === 0) {
    throw invalid('SubnetIds and SecurityIds must coexist or be both empty list.')
  }
  const ipv6Allowed = VpcConfig.Ipv6AllowedForDualStack ?? false
  return { vpc: { subnetIds, securityGroupIds, ipv6Allowed } }
}

function checkFileSystems({ FileSystemConfigs = [] }: Input): VersionConfig['fileSystems'] {
  return FileSystemConfigs.map(({ Arn = '', LocalMountPath = '', S3FilesConfig }) => {
    const { DirectS3Read: directS3Read } = S3FilesConfig ?? {}
    // API reference, FileSystemConfig.
    if (directS3Read !== undefined && parseArn(Arn)?.service !== 's3files') {
      throw invalid(
        `S3FilesConfig is only for access points of Amazon S3 Files, which ${Arn} is not.`,
      )
    }
    return { arn: Arn, mountPath: LocalMountPath, ...(directS3Read ? { directS3Read } : {}) }
  })
}

/** Runtimes with snapshots: developer guide, "Lambda SnapStart". */
const snapStartRuntimes = /^(java(11|17|21|25)|java(11|17)\.al2023|python3\.(1[2-9])|dotnet(8|10))$/

/** Of the whole configuration: an update may name only some of what has to fit. @throws ServiceError */
export function checkTogether(config: VersionConfig): void {
  const { runtime, snapStart, ephemeralStorageMb, fileSystems, vpc } = config
  if (fileSystems.length > 0 && vpc === undefined) {
    throw invalid('A file system is reached through a VPC: FileSystemConfigs needs a VpcConfig.')
  }
  if (snapStart === 'None') return
  if (!snapStartRuntimes.test(runtime)) {
    throw invalid(`${runtime} is not supported for SnapStart enabled functions.`)
  }
  if (ephemeralStorageMb > tmpMbMaxForSnapStart) {
    throw invalid(`SnapStart needs an EphemeralStorage of at most ${tmpMbMaxForSnapStart} MB.`)
  }
  if (fileSystems.length > 0) throw invalid('SnapStart and FileSystemConfigs exclude each other.')
}
