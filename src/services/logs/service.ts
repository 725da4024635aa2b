/**
 * The operations of CloudWatch Logs. Loaded by index.ts when somebody first asks for one, with all of them.
 * Read next: README.md, state.ts, tables.ts.
 */
import type { CloudWatchLogs } from '@aws-sdk/client-cloudwatch-logs'
import { type OperationTable, type Service, notYet } from '../../kernel/operation.ts'
import type { LogsDeps } from './deps.ts'
import { CreateLogGroup } from './operations/CreateLogGroup.ts'
import { CreateLogStream } from './operations/CreateLogStream.ts'
import { DeleteLogGroup } from './operations/DeleteLogGroup.ts'
import { DeleteLogStream } from './operations/DeleteLogStream.ts'
import { DeleteMetricFilter } from './operations/DeleteMetricFilter.ts'
import { DeleteRetentionPolicy } from './operations/DeleteRetentionPolicy.ts'
import { DeleteSubscriptionFilter } from './operations/DeleteSubscriptionFilter.ts'
import { DescribeLogGroups } from './operations/DescribeLogGroups.ts'
import { DescribeLogStreams } from './operations/DescribeLogStreams.ts'
import { DescribeMetricFilters } from './operations/DescribeMetricFilters.ts'
import { DescribeSubscriptionFilters } from './operations/DescribeSubscriptionFilters.ts'
import { FilterLogEvents } from './operations/FilterLogEvents.ts'
import { GetLogEvents } from './operations/GetLogEvents.ts'
import { ListLogGroups } from './operations/ListLogGroups.ts'
import { ListTagsForResource } from './operations/ListTagsForResource.ts'
import { ListTagsLogGroup } from './operations/ListTagsLogGroup.ts'
import { PutLogEvents } from './operations/PutLogEvents.ts'
import { PutLogGroupDeletionProtection } from './operations/PutLogGroupDeletionProtection.ts'
import { PutMetricFilter } from './operations/PutMetricFilter.ts'
import { PutRetentionPolicy } from './operations/PutRetentionPolicy.ts'
import { StartLiveTail } from './operations/StartLiveTail.ts'
import { TagLogGroup } from './operations/TagLogGroup.ts'
import { TagResource } from './operations/TagResource.ts'
import { TestMetricFilter } from './operations/TestMetricFilter.ts'
import { UntagLogGroup } from './operations/UntagLogGroup.ts'
import { UntagResource } from './operations/UntagResource.ts'

export function createLogsOperations(service: LogsDeps): Service {
  const operations = {
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
    DeleteMetricFilter: DeleteMetricFilter(service),
    DeleteQueryDefinition: notYet,
    DeleteResourcePolicy: notYet,
    DeleteRetentionPolicy: DeleteRetentionPolicy(service),
    DeleteScheduledQuery: notYet,
    DeleteSubscriptionFilter: DeleteSubscriptionFilter(service),
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
    DescribeMetricFilters: DescribeMetricFilters(service),
    DescribeQueries: notYet,
    DescribeQueryDefinitions: notYet,
    DescribeResourcePolicies: notYet,
    DescribeSubscriptionFilters: DescribeSubscriptionFilters(service),
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
    ListLogGroups: ListLogGroups(service),
    ListLogGroupsForQuery: notYet,
    ListScheduledQueries: notYet,
    ListSourcesForS3TableIntegration: notYet,
    ListSyslogConfigurations: notYet,
    ListTagsForResource: ListTagsForResource(service),
    ListTagsLogGroup: ListTagsLogGroup(service),
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
    PutLogGroupDeletionProtection: PutLogGroupDeletionProtection(service),
    PutMetricFilter: PutMetricFilter(service),
    PutQueryDefinition: notYet,
    PutResourcePolicy: notYet,
    PutRetentionPolicy: PutRetentionPolicy(service),
    PutStorageTierPolicy: notYet,
    PutSubscriptionFilter: notYet,
    PutSyslogConfiguration: notYet,
    PutTransformer: notYet,
    StartLiveTail: StartLiveTail(service),
    StartQuery: notYet,
    StopQuery: notYet,
    TagLogGroup: TagLogGroup(service),
    TagResource: TagResource(service),
    TestMetricFilter: TestMetricFilter(),
    TestTransformer: notYet,
    UntagLogGroup: UntagLogGroup(service),
    UntagResource: UntagResource(service),
    UpdateAnomaly: notYet,
    UpdateDeliveryConfiguration: notYet,
    UpdateLogAnomalyDetector: notYet,
    UpdateLookupTable: notYet,
    UpdateScheduledQuery: notYet,
  } satisfies OperationTable<CloudWatchLogs>
  return { model: 'logs', operations }
}
