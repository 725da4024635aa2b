/**
 * The front door of CloudWatch Logs: its operations, and the sink that functions' log lines go into.
 */
import type { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs'
import type { Clock } from '../../kernel/clock.ts'
import type { Log } from '../../kernel/log.ts'
import { Metrics } from '../../kernel/metrics.ts'
import { type OperationTable, type Service, notYet } from '../../kernel/operation.ts'
import type { LogSink } from '../../kernel/ports.ts'
import type { Migration, Store } from '../../store/store.ts'
import type { LogsDeps } from './deps.ts'
import { DurableSink } from './events/sink.ts'
import { Sweeper } from './events/sweeper.ts'
import { chunkMigrations } from './events/tables.ts'
import { Trimmer } from './events/trimmer.ts'
import { CreateLogGroup } from './operations/CreateLogGroup.ts'
import { CreateLogStream } from './operations/CreateLogStream.ts'
import { DeleteLogGroup } from './operations/DeleteLogGroup.ts'
import { DeleteLogStream } from './operations/DeleteLogStream.ts'
import { DescribeLogGroups } from './operations/DescribeLogGroups.ts'
import { DescribeLogStreams } from './operations/DescribeLogStreams.ts'
import { FilterLogEvents } from './operations/FilterLogEvents.ts'
import { GetLogEvents } from './operations/GetLogEvents.ts'
import { PutLogEvents } from './operations/PutLogEvents.ts'
import { groupMigrations } from './tables.ts'

export const migrations: readonly Migration[] = [...groupMigrations, ...chunkMigrations]

export interface LogsOptions {
  /** Opened with this service's `migrations`. */
  readonly store: Store
  readonly clock: Clock
  readonly log: Log
  /** What log events may use on disk; `Infinity` for no bound. Left out, nobody looks how much it is. */
  readonly storageBytesMax?: number
  /** Where it declares what it counts; left out, nobody can see it. */
  readonly metrics?: Metrics
}

export interface LogsService extends Service, AsyncDisposable {
  readonly sink: LogSink
  /** Resolves when every line written before is stored, or the store has refused to. Never rejects. */
  flush(): Promise<void>
}

/** Disposing stores what waits in memory: after the functions have ended, before the store closes. */
export function createLogsService(options: LogsOptions): LogsService {
  const { store, clock, log, metrics = new Metrics() } = options
  const lost = metrics.counter(
    'lambdad_log_lost_records_total',
    'Log lines dropped because too many waited to be stored.',
  )
  const sink = new DurableSink({ store, clock, log, lost })
  const waiting = 'Memory of log lines that wait to be stored.'
  metrics.gauge('lambdad_log_buffered_bytes', waiting, () => sink.bufferedBytes)
  const sweeper = new Sweeper(store, log)
  const trimmer = startTrimmer(options, metrics)
  const deps: LogsDeps = {
    store,
    clock,
    log,
    flush: () => sink.flush(),
    sweep: () => void sweeper.sweep(),
  }
  // What an earlier process had deleted and not removed yet.
  void sweeper.sweep()
  return {
    model: 'logs',
    operations: operationTable(deps),
    sink,
    flush: () => sink.flush(),
    async [Symbol.asyncDispose]() {
      await sink[Symbol.asyncDispose]()
      await sweeper[Symbol.asyncDispose]()
      await trimmer?.[Symbol.asyncDispose]()
    },
  }
}

function startTrimmer(options: LogsOptions, metrics: Metrics): Trimmer | undefined {
  const { storageBytesMax: bytesMax, store, clock, log } = options
  if (bytesMax === undefined) return undefined
  const deleted = metrics.counter(
    'lambdad_log_deleted_bytes_total',
    'Bytes of stored log events deleted because of --log-storage.',
  )
  const trimmer = new Trimmer({ store, clock, log, bytesMax, deleted })
  const stored = 'Bytes on disk that log events use, roughly, as of some seconds ago.'
  metrics.gauge('lambdad_log_stored_bytes', stored, () => trimmer.usedBytes)
  return trimmer
}

function operationTable(service: LogsDeps) {
  return {
    AssociateKmsKey: notYet,
    AssociateSourceToS3TableIntegration: notYet,
    CancelExportTask: notYet,
    CancelImportTask: notYet,
    CreateDelivery: notYet,
    CreateExportTask: notYet,
    CreateImportTask: notYet,
    CreateLogAnomalyDetector: notYet,
    CreateLogGroup: CreateLogGroup(service),
    CreateLogStream: CreateLogStream(service),
    CreateLookupTable: notYet,
    CreateScheduledQuery: notYet,
    DeleteAccountPolicy: notYet,
    DeleteDataProtectionPolicy: notYet,
    DeleteDelivery: notYet,
    DeleteDeliveryDestination: notYet,
    DeleteDeliveryDestinationPolicy: notYet,
    DeleteDeliverySource: notYet,
    DeleteDestination: notYet,
    DeleteIndexPolicy: notYet,
    DeleteIntegration: notYet,
    DeleteLogAnomalyDetector: notYet,
    DeleteLogGroup: DeleteLogGroup(service),
    DeleteLogStream: DeleteLogStream(service),
    DeleteLookupTable: notYet,
    DeleteMetricFilter: notYet,
    DeleteQueryDefinition: notYet,
    DeleteResourcePolicy: notYet,
    DeleteRetentionPolicy: notYet,
    DeleteScheduledQuery: notYet,
    DeleteSubscriptionFilter: notYet,
    DeleteSyslogConfiguration: notYet,
    DeleteTransformer: notYet,
    DescribeAccountPolicies: notYet,
    DescribeConfigurationTemplates: notYet,
    DescribeDeliveries: notYet,
    DescribeDeliveryDestinations: notYet,
    DescribeDeliverySources: notYet,
    DescribeDestinations: notYet,
    DescribeExportTasks: notYet,
    DescribeFieldIndexes: notYet,
    DescribeImportTaskBatches: notYet,
    DescribeImportTasks: notYet,
    DescribeIndexPolicies: notYet,
    DescribeLogGroups: DescribeLogGroups(service),
    DescribeLogStreams: DescribeLogStreams(service),
    DescribeLookupTables: notYet,
    DescribeMetricFilters: notYet,
    DescribeQueries: notYet,
    DescribeQueryDefinitions: notYet,
    DescribeResourcePolicies: notYet,
    DescribeSubscriptionFilters: notYet,
    DisassociateKmsKey: notYet,
    DisassociateSourceFromS3TableIntegration: notYet,
    FilterLogEvents: FilterLogEvents(service),
    GetDataProtectionPolicy: notYet,
    GetDelivery: notYet,
    GetDeliveryDestination: notYet,
    GetDeliveryDestinationPolicy: notYet,
    GetDeliverySource: notYet,
    GetIntegration: notYet,
    GetLogAnomalyDetector: notYet,
    GetLogEvents: GetLogEvents(service),
    GetLogFields: notYet,
    GetLogGroupFields: notYet,
    GetLogObject: notYet,
    GetLogRecord: notYet,
    GetLookupTable: notYet,
    GetQueryResults: notYet,
    GetScheduledQuery: notYet,
    GetScheduledQueryHistory: notYet,
    GetStorageTierPolicy: notYet,
    GetTransformer: notYet,
    ListAggregateLogGroupSummaries: notYet,
    ListAnomalies: notYet,
    ListIntegrations: notYet,
    ListLogAnomalyDetectors: notYet,
    ListLogGroups: notYet,
    ListLogGroupsForQuery: notYet,
    ListScheduledQueries: notYet,
    ListSourcesForS3TableIntegration: notYet,
    ListSyslogConfigurations: notYet,
    ListTagsForResource: notYet,
    ListTagsLogGroup: notYet,
    PutAccountPolicy: notYet,
    PutBearerTokenAuthentication: notYet,
    PutDataProtectionPolicy: notYet,
    PutDeliveryDestination: notYet,
    PutDeliveryDestinationPolicy: notYet,
    PutDeliverySource: notYet,
    PutDestination: notYet,
    PutDestinationPolicy: notYet,
    PutIndexPolicy: notYet,
    PutIntegration: notYet,
    PutLogEvents: PutLogEvents(service),
    PutLogGroupDeletionProtection: notYet,
    PutMetricFilter: notYet,
    PutQueryDefinition: notYet,
    PutResourcePolicy: notYet,
    PutRetentionPolicy: notYet,
    PutStorageTierPolicy: notYet,
    PutSubscriptionFilter: notYet,
    PutSyslogConfiguration: notYet,
    PutTransformer: notYet,
    StartLiveTail: notYet,
    StartQuery: notYet,
    StopQuery: notYet,
    TagLogGroup: notYet,
    TagResource: notYet,
    TestMetricFilter: notYet,
    TestTransformer: notYet,
    UntagLogGroup: notYet,
    UntagResource: notYet,
    UpdateAnomaly: notYet,
    UpdateDeliveryConfiguration: notYet,
    UpdateLogAnomalyDetector: notYet,
    UpdateLookupTable: notYet,
    UpdateScheduledQuery: notYet,
  } satisfies OperationTable<CloudWatchLogs>
}
