/**
 * What lambdad knows of a function, and how its states follow each other. Pure: no I/O, time is a parameter.
 *
 *   State:             Pending --deployed--> Active          Pending --failed--> Failed
 *   LastUpdateStatus:  Successful --update--> InProgress --deployed--> Successful | --failed--> Failed
 *
 * While an update is in progress the version that served before goes on serving.
 */
import type { AccountId, BlobId, FunctionArn, Region, Scope } from '../../kernel/brand.ts'
import type { RunnableVersion } from '../../kernel/ports.ts'

/** Everything that code and configuration consist of: what UpdateFunction* may change. */
export interface VersionConfig {
  readonly runtime: string
  readonly role: string
  /** The runtime's build on this host; undefined for runtimes that functions bring. */
  readonly runtimeVersionArn: string | undefined
  readonly handler: string
  readonly description: string
  readonly timeoutSeconds: number
  readonly memoryMb: number
  readonly ephemeralStorageMb: number
  readonly architecture: string
  /** Undefined when the function was made without any. */
  readonly environment: Readonly<Record<string, string>> | undefined
  readonly logging: LoggingConfig
  /** In the order in which they are merged into /opt. */
  readonly layers: readonly LayerReference[]
  readonly tracing: 'PassThrough' | 'Active'
  /** ARN of a queue or a topic. */
  readonly deadLetterArn?: string | undefined
  readonly kmsKeyArn?: string | undefined
  readonly vpc?: VpcConfig | undefined
  readonly fileSystems: readonly FileSystem[]
  readonly snapStart: 'None' | 'PublishedVersions'
  /** Set when every tenant has environments of its own. Chosen when the function is made, for good. */
  readonly tenantIsolation?: 'PER_TENANT' | undefined
  /** Set for functions on a capacity provider. That they are is chosen when they are made, for good. */
  readonly managedInstances?: ManagedInstances | undefined
  readonly code: BlobId
  readonly codeBytes: number
  /** Base64 SHA-256 of the zip. */
  readonly codeSha256: string
  /** Of the code without its layers. */
  readonly unzippedBytes: number
  /** ARN of a version of a signing profile: set when a code signing configuration has checked the code. */
  readonly signedBy?: string | undefined
}

/** All packages it needs: its code and its layers. */
export function packagesOf(config: VersionConfig): readonly BlobId[] {
  return [config.code, ...layerPackagesOf(config)]
}

export function layerPackagesOf(config: VersionConfig): readonly BlobId[] {
  return config.layers.map((layer) => layer.code)
}

/** Of a function for which none of these was set. */
export const noSettings = {
  layers: [],
  tracing: 'PassThrough',
  fileSystems: [],
  snapStart: 'None',
} as const satisfies Partial<VersionConfig>

export interface LayerReference {
  /** Of the layer's version. */
  readonly arn: string
  readonly code: BlobId
  readonly codeBytes: number
  readonly unzippedBytes: number
}

export interface VpcConfig {
  readonly subnetIds: readonly string[]
  readonly securityGroupIds: readonly string[]
  readonly ipv6Allowed: boolean
}

export interface FileSystem {
  readonly arn: string
  /** Of S3 Files alone: whether large reads go to the bucket itself. */
  readonly directS3Read?: 'AUTO' | 'ENABLED' | 'DISABLED' | undefined
  readonly mountPath: string
}

export interface ManagedInstances {
  /** Name of the capacity provider, of the function's own account and region. */
  readonly provider: string
  /** Invocations that one environment gets at the same time. */
  readonly environmentConcurrency: number | undefined
  readonly memoryGiBPerVCpu: number | undefined
}

export interface LoggingConfig {
  readonly format: 'Text' | 'JSON'
  readonly group: string
  readonly applicationLevel: string | undefined
  readonly systemLevel: string | undefined
}

export type FunctionState =
  | { readonly is: 'Pending' }
  | { readonly is: 'Active' }
  | { readonly is: 'Failed'; readonly code: string; readonly reason: string }

export type UpdateStatus =
  | { readonly is: 'Successful' }
  | { readonly is: 'InProgress' }
  | { readonly is: 'Failed'; readonly code: string; readonly reason: string }

export interface FunctionRecord {
  readonly account: AccountId
  readonly region: Region
  readonly name: string
  readonly arn: FunctionArn
  readonly config: VersionConfig
  readonly revisionId: string
  /** What invocations run: undefined before the function was Active, older than `config` during an update. */
  readonly serving: { readonly config: VersionConfig; readonly revisionId: string } | undefined
  readonly state: FunctionState
  readonly lastUpdate: UpdateStatus
  /** Unix epoch ms. */
  readonly lastModifiedMs: number
  readonly tags: Readonly<Record<string, string>>
  /** The number given last: none is given twice, though versions may be deleted. 0 before the first. */
  readonly lastVersion: number
}

/** A published version: what `$LATEST` was. Only its state ever changes, and that once. */
export interface VersionRecord extends Scope {
  /** Of the function. */
  readonly name: string
  /** Of the function, without the version. */
  readonly arn: FunctionArn
  /** `1`, `2`, ...; or `$LATEST.PUBLISHED`, which the next of that name takes the place of. */
  readonly version: string
  readonly config: VersionConfig
  readonly revisionId: string
  /** Published with a change of the function that is not in place yet: Pending until it is. */
  readonly state: FunctionState
  /** When what it is a copy of was changed last, Unix epoch ms. */
  readonly lastModifiedMs: number
}

/** The copy of `$LATEST` that a publication is. */
export function publishedAs(
  record: FunctionRecord,
  version: number | string,
  revisionId: string,
  description: string | undefined,
): VersionRecord {
  const { account, region, name, arn, config, lastModifiedMs } = record
  return {
    account,
    region,
    name,
    arn,
    version: String(version),
    config: { ...config, description: description ?? config.description },
    revisionId,
    state: isDeploying(record) ? { is: 'Pending' } : record.state,
    lastModifiedMs,
  }
}

export function updated(
  record: FunctionRecord,
  config: VersionConfig,
  revisionId: string,
  nowMs: number,
): FunctionRecord {
  return {
    ...record,
    config,
    revisionId,
    lastModifiedMs: nowMs,
    lastUpdate: { is: 'InProgress' },
  }
}

/** The runtime and the code of the present revision are in place. */
export function deployed(record: FunctionRecord): FunctionRecord {
  return {
    ...record,
    serving: { config: record.config, revisionId: record.revisionId },
    state: { is: 'Active' },
    lastUpdate: { is: 'Successful' },
  }
}

/** They could not be put in place. A function that served before goes on with what it had. */
export function deployFailed(record: FunctionRecord, code: string, reason: string): FunctionRecord {
  const failure = { is: 'Failed', code, reason } as const
  return record.serving === undefined
    ? { ...record, state: failure, lastUpdate: failure }
    : { ...record, lastUpdate: failure }
}

/** Whether its deployment has still to be done: after a restart it is begun anew. */
export function isDeploying(record: FunctionRecord): boolean {
  return record.state.is === 'Pending' || record.lastUpdate.is === 'InProgress'
}

/** The snapshot that the data plane runs. @param version `$LATEST`, or the number of a published one */
export function runnable(
  record: Pick<FunctionRecord, 'account' | 'region' | 'name' | 'arn'>,
  revision: { readonly config: VersionConfig; readonly revisionId: string },
  version = '$LATEST',
): RunnableVersion {
  const { config, revisionId } = revision
  return {
    account: record.account,
    region: record.region,
    functionName: record.name,
    functionArn: record.arn,
    version,
    revisionId,
    runtime: config.runtime,
    handler: config.handler,
    role: config.role,
    code: config.code,
    layers: layerPackagesOf(config),
    memoryMb: config.memoryMb,
    timeoutMs: config.timeoutSeconds * 1000,
    tmpMb: config.ephemeralStorageMb,
    environment: config.environment ?? {},
    logGroup: config.logging.group,
    logFormat: config.logging.format,
    ...(config.logging.applicationLevel === undefined
      ? {}
      : { applicationLogLevel: config.logging.applicationLevel }),
    ...(config.logging.systemLevel === undefined
      ? {}
      : { systemLogLevel: config.logging.systemLevel }),
  }
}
