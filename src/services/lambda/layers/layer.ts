/** Layers: what is kept of a version, and how the API shows it. Pure. */
import type {
  Architecture,
  LayerVersionContentOutput,
  LayerVersionsListItem,
  PublishLayerVersionResponse,
  Runtime,
} from '@aws-sdk/client-lambda'
import { partitionOf } from '../../../kernel/arn.ts'
import type { Scope } from '../../../kernel/brand.ts'
import type { StoredCode } from '../code-store.ts'
import { lambdaTime } from '../configuration.ts'
import type { PolicyRecord } from '../permissions/policy.ts'
import type { LayerReference } from '../state.ts'

/** A version of a layer. Only its policy ever changes. */
export interface LayerVersionRecord extends Scope, StoredCode {
  /** Of the layer. */
  readonly name: string
  /** From 1. */
  readonly version: number
  readonly description: string
  readonly license: string | undefined
  /** What its publisher says of it: AWS lets functions of other runtimes have it, too. */
  readonly runtimes: readonly string[]
  readonly architectures: readonly string[]
  /** Unix epoch ms. */
  readonly createdMs: number
  /** Who else may use it. */
  readonly policy: PolicyRecord | undefined
}

export function layerArn({ account, region }: Scope, name: string): string {
  return `arn:${partitionOf(region)}:lambda:${region}:${account}:layer:${name}`
}

export function layerVersionArn(
  layer: Pick<LayerVersionRecord, 'account' | 'region' | 'name' | 'version'>,
): string {
  return `${layerArn(layer, layer.name)}:${layer.version}`
}

/** What a function keeps of it: enough to run without the record, which may be deleted. */
export function layerReference(record: LayerVersionRecord): LayerReference {
  const { code, codeBytes, unzippedBytes } = record
  return { arn: layerVersionArn(record), code, codeBytes, unzippedBytes }
}

/** LayerVersionsListItem of the Lambda model; what its publisher left out is left out. */
export function layerVersionItem(record: LayerVersionRecord): LayerVersionsListItem {
  return {
    LayerVersionArn: layerVersionArn(record),
    Version: record.version,
    Description: record.description,
    CreatedDate: lambdaTime(record.createdMs),
    ...(record.runtimes.length > 0 ? { CompatibleRuntimes: record.runtimes as Runtime[] } : {}),
    ...(record.architectures.length > 0
      ? { CompatibleArchitectures: record.architectures as Architecture[] }
      : {}),
    ...(record.license === undefined ? {} : { LicenseInfo: record.license }),
  }
}

/** As Publish- and GetLayerVersion answer. @param location a link that downloads it */
export function layerVersionResponse(
  record: LayerVersionRecord,
  location: string,
): PublishLayerVersionResponse {
  const content: LayerVersionContentOutput = {
    Location: location,
    CodeSha256: record.codeSha256,
    CodeSize: record.codeBytes,
  }
  return {
    Content: content,
    LayerArn: layerArn(record, record.name),
    ...layerVersionItem(record),
  }
}

/** What a list is narrowed to: versions that say they are made for it. */
export interface LayerFilter {
  readonly CompatibleRuntime?: string | undefined
  readonly CompatibleArchitecture?: string | undefined
}

export function isCompatible(record: LayerVersionRecord, filter: LayerFilter): boolean {
  const { CompatibleRuntime: runtime, CompatibleArchitecture: architecture } = filter
  if (runtime !== undefined && !record.runtimes.includes(runtime)) return false
  return architecture === undefined || record.architectures.includes(architecture)
}
