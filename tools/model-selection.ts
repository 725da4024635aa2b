/** Which models `generate-model.ts` takes, from which botocore. */

/** A build-time input; Apache-2.0 (see NOTICE). */
export const pinned = {
  version: '1.44.5',
  sha256: '8f16a56d1dff125dd65322ae021efa7ba5195a6db5102b96862566055b748921',
} as const

export interface Selection {
  /** The botocore folder, and our name of the service. */
  readonly id: string
  /** Only these operations and the shapes they reach; all of them when absent. */
  readonly operations?: readonly string[]
}

/** The services lambdad serves. Adding one here and generating is the first step of serving it. */
export const served: readonly Selection[] = [
  { id: 'lambda' },
  { id: 'logs' },
  { id: 'sts' },
  { id: 'iam' },
]

/** For tests of the protocols that no served service speaks yet. */
export const fixtures: readonly Selection[] = [
  { id: 'sqs' },
  {
    id: 'dynamodb',
    operations: ['BatchWriteItem', 'CreateTable', 'DescribeTable', 'GetItem', 'PutItem', 'Query'],
  },
  {
    id: 'kinesis',
    operations: ['CreateStream', 'DescribeStream', 'GetRecords', 'PutRecords', 'SubscribeToShard'],
  },
  {
    id: 'ec2',
    operations: ['CreateTags', 'DescribeInstances', 'DescribeTags', 'TerminateInstances'],
  },
  {
    id: 's3',
    operations: [
      ...['AbortMultipartUpload', 'CompleteMultipartUpload', 'CopyObject', 'CreateBucket'],
      ...['CreateMultipartUpload', 'DeleteBucket', 'DeleteObject', 'DeleteObjects'],
      ...['GetBucketAcl', 'GetBucketTagging', 'GetObject', 'HeadObject', 'ListBuckets'],
      ...['ListObjectsV2', 'ListParts', 'PutBucketAcl', 'PutBucketTagging', 'PutObject'],
      ...['SelectObjectContent', 'UploadPart', 'UploadPartCopy'],
    ],
  },
  {
    id: 'cloudwatch',
    operations: [
      ...['DeleteAlarms', 'DescribeAlarms', 'GetDashboard', 'GetMetricData', 'ListMetrics'],
      ...['PutDashboard', 'PutMetricAlarm', 'PutMetricData', 'SetAlarmState'],
    ],
  },
  {
    id: 'sns',
    operations: ['CreateTopic', 'ListTopics', 'Publish', 'PublishBatch', 'Subscribe'],
  },
]
