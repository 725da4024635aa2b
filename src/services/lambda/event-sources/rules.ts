/** What the settings of a mapping may be, by the kind of its source. AWS's words where they were observed. */
import type {
  CreateEventSourceMappingRequest,
  DestinationConfig,
  FilterCriteria,
} from '@aws-sdk/client-lambda'
import { parseArn } from '../../../kernel/arn.ts'
import { batchSizeUnwindowedMax, filterPatternCharactersMax, filtersMax } from '../limits.ts'
import { invalid } from '../rules.ts'
import { type SourceKind, type SourceSetting, sourceRules } from './kinds.ts'

export type MappingSettings = Omit<
  CreateEventSourceMappingRequest,
  'FunctionName' | 'Enabled' | 'Tags' | 'StartingPositionTimestamp'
> & {
  /** Unix epoch ms. */
  readonly StartingPositionTimestamp?: number
}

/** Those of every kind. */
const common: ReadonlySet<string> = new Set([
  'EventSourceArn',
  'BatchSize',
  'FilterCriteria',
  'KMSKeyArn',
])

/** @throws ServiceError naming the first setting that its source does not take, or that is out of its bounds */
export function checkMapping(kind: SourceKind, settings: MappingSettings, nowMs: number): void {
  const { takes, needs, label } = sourceRules[kind]
  for (const [name, value] of Object.entries(settings)) {
    if (value === undefined || common.has(name) || takes.has(name as SourceSetting)) continue
    if (name === 'DestinationConfig')
      throw invalid('Unsupported DestinationConfig parameter for given event source mapping type.')
    throw invalid(`Unsupported ${name} parameter for given event source mapping type.`)
  }
  for (const name of needs) {
    if (settings[name as keyof MappingSettings] !== undefined) continue
    if (name === 'StartingPosition')
      throw invalid(
        "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null.",
      )
    throw invalid(`${name} is required for ${label} event sources.`)
  }
  checkBatch(kind, settings)
  checkPosition(kind, settings, nowMs)
  checkStream(settings)
  checkFilters(settings.FilterCriteria)
  checkDestination(kind, settings.DestinationConfig)
  checkPollers(settings)
}

function checkBatch(kind: SourceKind, settings: MappingSettings): void {
  const size = settings.BatchSize ?? sourceRules[kind].batchSize
  const window = settings.MaximumBatchingWindowInSeconds ?? 0
  const isFifo = kind === 'sqs' && (settings.EventSourceArn ?? '').endsWith('.fifo')
  if (isFifo && size > batchSizeUnwindowedMax) {
    throw invalid(
      `Maximum batch size for FIFO queues is ${batchSizeUnwindowedMax}; ${size} was asked for.`,
    )
  }
  if (isFifo && window > 0) {
    throw invalid('Batching window is not supported for FIFO queues.')
  }
  if (kind === 'sqs' && size > batchSizeUnwindowedMax && window === 0) {
    throw invalid(
      'Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10',
    )
  }
}

function checkPosition(kind: SourceKind, settings: MappingSettings, nowMs: number): void {
  const { StartingPosition: position, StartingPositionTimestamp: timestamp } = settings
  if (kind === 'dynamodb' && position === 'AT_TIMESTAMP') {
    throw invalid(`Unsupported starting position for arn type: ${settings.EventSourceArn}`)
  }
  if (position === 'AT_TIMESTAMP') {
    if (timestamp === undefined)
      throw invalid('StartingPositionTimestamp is required with StartingPosition AT_TIMESTAMP.')
    if (timestamp > nowMs) throw invalid('StartingPositionTimestamp must not be in the future.')
  } else if (timestamp !== undefined) {
    throw invalid('StartingPositionTimestamp is only for StartingPosition AT_TIMESTAMP.')
  }
}

function checkStream(settings: MappingSettings): void {
  const age = settings.MaximumRecordAgeInSeconds
  if (age !== undefined && age !== -1 && age < 60) {
    throw invalid('MaximumRecordAgeInSeconds must be -1, or 60 to 604800.')
  }
  const { TumblingWindowInSeconds: tumbling = 0, ParallelizationFactor: factor = 1 } = settings
  if (tumbling > 0 && factor > 1) {
    throw invalid('TumblingWindowInSeconds needs a ParallelizationFactor of 1.')
  }
}

/** Their grammar is a JSON object whose leaves are lists. */
function checkFilters(criteria: FilterCriteria | undefined): void {
  const filters = criteria?.Filters ?? []
  if (filters.length > filtersMax) {
    throw invalid(`A mapping has at most ${filtersMax} filters.`)
  }
  for (const { Pattern = '' } of filters) {
    if (Pattern.length > filterPatternCharactersMax || !isPattern(Pattern)) {
      throw invalid('Invalid filter pattern definition.')
    }
  }
}

function isPattern(text: string): boolean {
  try {
    return isNode(JSON.parse(text) as unknown)
  } catch {
    return false
  }
}

/** An object of such objects; at its leaves a list of values and operators, which is not empty. */
function isNode(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  const entries = Object.entries(value)
  if (entries.length === 0) return false
  return entries.every(([name, inner]) => {
    if (!Array.isArray(inner)) return isNode(inner)
    if (inner.length === 0) return false
    return name === '$or' ? inner.length > 1 && inner.every(isNode) : inner.every(isAlternative)
  })
}

function isAlternative(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true
  const [entry, ...others] = Object.entries(value)
  if (!entry || others.length > 0) return false
  const [operator, operand] = entry as [string, unknown]
  switch (operator) {
    case 'exists':
      return typeof operand === 'boolean'
    case 'prefix':
    case 'suffix':
    case 'equals-ignore-case':
      return typeof operand === 'string'
    case 'anything-but':
      return ['string', 'number'].includes(typeof operand) || isListOfValues(operand)
    case 'numeric':
      return isComparison(operand)
    default:
      return false
  }
}

function isListOfValues(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((each) => typeof each === 'string' || typeof each === 'number')
  )
}

/** `["=", 1]`, or one or two bounds: `[">", 1, "<=", 5]`. */
function isComparison(value: unknown): boolean {
  if (!Array.isArray(value) || (value.length !== 2 && value.length !== 4)) return false
  for (let at = 0; at < value.length; at += 2) {
    if (!['=', '<', '<=', '>', '>='].includes(String(value[at]))) return false
    if (typeof value[at + 1] !== 'number') return false
  }
  return value.length === 2 || !value.includes('=')
}

/** Where what was given up on goes. Source: API reference, OnFailure. */
function checkDestination(kind: SourceKind, config: DestinationConfig | undefined): void {
  const destination = config?.OnFailure?.Destination
  if (config?.OnSuccess?.Destination) {
    throw invalid('Unsupported DestinationConfig parameter for given event source mapping type.')
  }
  if (!destination) return
  if (destination.startsWith('kafka://')) {
    if (kind === 'msk' || kind === 'self-managed-kafka') return
    throw invalid(`The destination ARN ${destination} is invalid.`)
  }
  const service = parseArn(destination)?.service
  if (service === 'sqs' || service === 'sns' || service === 's3') return
  throw invalid(`The destination ARN ${destination} is invalid.`)
}

function checkPollers(settings: MappingSettings): void {
  const { ProvisionedPollerConfig: pollers, ScalingConfig: scaling } = settings
  if (!pollers) return
  if (scaling?.MaximumConcurrency !== undefined) {
    throw invalid(
      'ScalingConfig.MaximumConcurrency and ProvisionedPollerConfig exclude each other.',
    )
  }
  const { MinimumPollers: least = 1, MaximumPollers: most = 200 } = pollers
  if (least > most) throw invalid('MinimumPollers must not be greater than MaximumPollers.')
}
