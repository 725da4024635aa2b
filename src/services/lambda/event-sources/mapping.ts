/**
 * An event source mapping, and how its states follow each other. Pure.
 *
 *   Creating -> Enabled | Disabled      Enabled | Disabled -> Updating -> Enabled | Disabled
 *   any -> Deleting -> gone             while Creating, Updating or Deleting nothing else may be changed
 *
 * Source: API reference, EventSourceMappingConfiguration.
 */
import type { EventSourceMappingConfiguration } from '@aws-sdk/client-lambda'
import { partitionOf } from '../../../kernel/arn.ts'
import type { Scope } from '../../../kernel/brand.ts'
import { type SourceKind, sourceRules } from './kinds.ts'
import type { MappingSettings } from './rules.ts'

export type MappingState =
  | 'Creating'
  | 'Enabling'
  | 'Enabled'
  | 'Disabling'
  | 'Disabled'
  | 'Updating'
  | 'Deleting'

export interface MappingRecord extends Scope {
  readonly uuid: string
  readonly kind: SourceKind
  readonly functionName: string
  /** As it is invoked, with the qualifier that was asked for. */
  readonly functionArn: string
  readonly settings: MappingSettings
  /** Whether it is to poll when nothing changes any more. */
  readonly isEnabled: boolean
  readonly state: MappingState
  readonly lastModifiedMs: number
  /** Undefined where the source has none. */
  readonly lastResult?: string | undefined
  readonly tags: Readonly<Record<string, string>>
}

const settled: ReadonlySet<MappingState> = new Set(['Enabled', 'Disabled'])

/** Whether a change is under way: after a restart it is finished. */
export function isChanging({ state }: MappingRecord): boolean {
  return !settled.has(state)
}

/** What it is when the change under way is done; undefined for one that is gone then. */
export function whenDone(mapping: MappingRecord): MappingRecord | undefined {
  if (mapping.state === 'Deleting') return undefined
  return { ...mapping, state: mapping.isEnabled ? 'Enabled' : 'Disabled' }
}

function mappingArn({ account, region, uuid }: MappingRecord): string {
  return `arn:${partitionOf(region)}:lambda:${region}:${account}:event-source-mapping:${uuid}`
}

/** EventSourceMappingConfiguration of the Lambda model. */
export function mappingConfiguration(mapping: MappingRecord): EventSourceMappingConfiguration {
  const { settings, kind } = mapping
  const { StartingPositionTimestamp: timestamp, ...rest } = settings
  const { defaults, batchSize, byUser } = sourceRules[kind]
  return {
    UUID: mapping.uuid,
    EventSourceMappingArn: mappingArn(mapping),
    FunctionArn: mapping.functionArn,
    ...defaults,
    BatchSize: batchSize,
    ...present(rest),
    ...(timestamp === undefined ? {} : { StartingPositionTimestamp: new Date(timestamp) }),
    State: mapping.state,
    StateTransitionReason: byUser,
    LastModified: new Date(mapping.lastModifiedMs),
    ...(mapping.lastResult === undefined ? {} : { LastProcessingResult: mapping.lastResult }),
  }
}

/** Empty structures are how a client clears what was set. */
function present(settings: object): object {
  return Object.fromEntries(
    Object.entries(settings).filter(([, value]) => {
      if (value === undefined) return false
      const isStructure = typeof value === 'object' && value !== null && !Array.isArray(value)
      return !isStructure || Object.keys(value as object).length > 0
    }),
  )
}
