/**
 * The kinds of event sources, which settings each takes and what they are when left out. Pure.
 * Source: API reference (CreateEventSourceMapping), developer guide ("Event source mappings").
 */
import type { CreateEventSourceMappingRequest } from '@aws-sdk/client-lambda'
import { parseArn } from '../../../kernel/arn.ts'

export type SourceKind =
  | 'sqs'
  | 'kinesis'
  | 'dynamodb'
  | 'msk'
  | 'self-managed-kafka'
  | 'mq'
  | 'documentdb'

/** Settings beside those that every kind takes. */
export type SourceSetting = keyof Omit<
  CreateEventSourceMappingRequest,
  | 'EventSourceArn'
  | 'FunctionName'
  | 'Enabled'
  | 'BatchSize'
  | 'FilterCriteria'
  | 'KMSKeyArn'
  | 'Tags'
>

export interface SourceRules {
  /** As errors name it. */
  readonly label: string
  readonly takes: ReadonlySet<SourceSetting>
  readonly needs: readonly SourceSetting[]
  readonly batchSize: number
  readonly defaults: Partial<CreateEventSourceMappingRequest>
  /** What StateTransitionReason says of a person's change (recorded). */
  readonly byUser: string
}

const streamSettings: readonly SourceSetting[] = [
  'MaximumBatchingWindowInSeconds',
  'StartingPosition',
  'StartingPositionTimestamp',
  'DestinationConfig',
  'MaximumRecordAgeInSeconds',
  'MaximumRetryAttempts',
  'BisectBatchOnFunctionError',
  'FunctionResponseTypes',
  'MetricsConfig',
]
const shardSettings: readonly SourceSetting[] = [
  ...streamSettings,
  'ParallelizationFactor',
  'TumblingWindowInSeconds',
]
const kafkaSettings: readonly SourceSetting[] = [
  ...streamSettings,
  'Topics',
  'SourceAccessConfigurations',
  'ProvisionedPollerConfig',
  'LoggingConfig',
]
const streamDefaults = {
  MaximumBatchingWindowInSeconds: 0,
  DestinationConfig: { OnFailure: {} },
  MaximumRecordAgeInSeconds: -1,
  MaximumRetryAttempts: -1,
  BisectBatchOnFunctionError: false,
  FunctionResponseTypes: [],
}
const shardDefaults = { ...streamDefaults, ParallelizationFactor: 1, TumblingWindowInSeconds: 0 }

export const sourceRules: Readonly<Record<SourceKind, SourceRules>> = {
  sqs: {
    label: 'SQS',
    takes: new Set([
      'MaximumBatchingWindowInSeconds',
      'ScalingConfig',
      'FunctionResponseTypes',
      'ProvisionedPollerConfig',
      'MetricsConfig',
    ]),
    needs: [],
    batchSize: 10,
    defaults: { MaximumBatchingWindowInSeconds: 0, FunctionResponseTypes: [] },
    byUser: 'USER_INITIATED',
  },
  kinesis: {
    label: 'Kinesis',
    takes: new Set(shardSettings),
    needs: ['StartingPosition'],
    batchSize: 100,
    defaults: shardDefaults,
    byUser: 'User action',
  },
  dynamodb: {
    label: 'DynamoDB',
    takes: new Set(shardSettings.filter((each) => each !== 'StartingPositionTimestamp')),
    needs: ['StartingPosition'],
    batchSize: 100,
    defaults: shardDefaults,
    byUser: 'User action',
  },
  msk: {
    label: 'Amazon MSK',
    takes: new Set([...kafkaSettings, 'AmazonManagedKafkaEventSourceConfig']),
    needs: ['StartingPosition', 'Topics'],
    batchSize: 100,
    defaults: {},
    byUser: 'USER_INITIATED',
  },
  'self-managed-kafka': {
    label: 'Self-managed Apache Kafka',
    takes: new Set([
      ...kafkaSettings,
      'SelfManagedEventSource',
      'SelfManagedKafkaEventSourceConfig',
    ]),
    needs: ['StartingPosition', 'Topics'],
    batchSize: 100,
    defaults: {},
    byUser: 'USER_INITIATED',
  },
  mq: {
    label: 'Amazon MQ',
    takes: new Set([
      'MaximumBatchingWindowInSeconds',
      'Queues',
      'SourceAccessConfigurations',
      'MetricsConfig',
    ]),
    needs: ['Queues', 'SourceAccessConfigurations'],
    batchSize: 100,
    defaults: {},
    byUser: 'USER_INITIATED',
  },
  documentdb: {
    label: 'Amazon DocumentDB',
    takes: new Set([
      'MaximumBatchingWindowInSeconds',
      'StartingPosition',
      'StartingPositionTimestamp',
      'SourceAccessConfigurations',
      'DocumentDBEventSourceConfig',
      'MetricsConfig',
    ]),
    needs: ['StartingPosition', 'SourceAccessConfigurations', 'DocumentDBEventSourceConfig'],
    batchSize: 100,
    defaults: {},
    byUser: 'USER_INITIATED',
  },
}

const byService: Readonly<Record<string, SourceKind>> = {
  sqs: 'sqs',
  kinesis: 'kinesis',
  dynamodb: 'dynamodb',
  kafka: 'msk',
  mq: 'mq',
  rds: 'documentdb',
}

/** Undefined for what is no event source. A cluster of one's own has no ARN. */
export function sourceKindOf(
  input: Pick<CreateEventSourceMappingRequest, 'EventSourceArn' | 'SelfManagedEventSource'>,
): SourceKind | undefined {
  if (input.SelfManagedEventSource) return input.EventSourceArn ? undefined : 'self-managed-kafka'
  const arn = parseArn(input.EventSourceArn ?? '')
  return arn && byService[arn.service]
}
