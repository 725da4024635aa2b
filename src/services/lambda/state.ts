/**
 * What lambdad knows of a function, and how its states follow each other. Pure: no I/O, time is a parameter.
 *
 *   State:             Pending --deployed--> Active          Pending --failed--> Failed
 *   LastUpdateStatus:  Successful --update--> InProgress --deployed--> Successful | --failed--> Failed
 *
 * While an update is in progress the version that served before goes on serving.
 */
import type { AccountId, BlobId, FunctionArn, Region } from '../../kernel/brand.ts'
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
  readonly code: BlobId
  readonly codeBytes: number
  /** Base64 SHA-256 of the zip. */
  readonly codeSha256: string
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

/** The snapshot that the data plane runs. */
export function runnable(
  record: FunctionRecord,
  revision: { readonly config: VersionConfig; readonly revisionId: string },
): RunnableVersion {
  const { config, revisionId } = revision
  return {
    account: record.account,
    region: record.region,
    functionName: record.name,
    functionArn: record.arn,
    version: '$LATEST',
    revisionId,
    runtime: config.runtime,
    handler: config.handler,
    role: config.role,
    code: config.code,
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
