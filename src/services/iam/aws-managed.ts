/**
 * What lambdad knows of the policies that AWS manages. There are some thousand, and more every week: each ARN of
 * the right form counts as one of them, but for the mistakes that are made with Lambda's own.
 * The documents of a few are held, since tools read them. Sources: "AWS managed policies for AWS Lambda", Lambda
 * developer guide, and the AWS managed policy reference.
 */
import type { AccountId } from '../../kernel/brand.ts'
import { serviceRolePolicy } from './errors.ts'
import type { PolicyArn } from './names.ts'
import type { PolicyRecord, PolicyVersionRecord } from './state.ts'

/** Lambda's policies for execution roles, which are found under `/service-role/` alone. */
const serviceRoleNames = new Set([
  'AWSLambdaBasicExecutionRole',
  'AWSLambdaDynamoDBExecutionRole',
  'AWSLambdaENIManagementAccess',
  'AWSLambdaKinesisExecutionRole',
  'AWSLambdaMSKExecutionRole',
  'AWSLambdaRole',
  'AWSLambdaSQSQueueExecutionRole',
  'AWSLambdaVPCAccessExecutionRole',
])

/** Replaced by AWSLambda_FullAccess and AWSLambda_ReadOnlyAccess. */
const retiredNames = new Set(['AWSLambdaFullAccess', 'AWSLambdaReadOnlyAccess'])

/**
 * Whether a role may have this AWS managed policy.
 * @throws ServiceError PolicyNotAttachable for what AWS keeps for service-linked roles
 */
export function isAwsManagedAttachable({ path, name }: PolicyArn): boolean {
  if (path === '/aws-service-role/') throw serviceRolePolicy()
  if (retiredNames.has(name)) return false
  return path === '/service-role/' || !serviceRoleNames.has(name)
}

interface KnownPolicy {
  readonly name: string
  readonly description: string
  /** Published by those who asked AWS; the one of the SQS policy is recalled. */
  readonly id: string
  readonly version: number
  readonly created: string
  /** When the version in effect was made. */
  readonly updated: string
  readonly actions: readonly string[]
  readonly sid?: string
}

const logging = ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents']

/** Those of Lambda's own whose documents tools ask for. All allow their actions on everything. */
const knownPolicies: readonly KnownPolicy[] = [
  {
    name: 'AWSLambdaBasicExecutionRole',
    description: 'Provides write permissions to CloudWatch Logs.',
    id: 'ANPAJNCQGXC42545SKXIK',
    version: 1,
    created: '2015-04-09T15:03:43Z',
    updated: '2015-04-09T15:03:43Z',
    actions: logging,
  },
  {
    name: 'AWSLambdaDynamoDBExecutionRole',
    description:
      'Provides list and read access to DynamoDB streams and write permissions to CloudWatch Logs.',
    id: 'ANPAIP7WNAGMIPYNW4WQG',
    version: 1,
    created: '2015-04-09T15:09:29Z',
    updated: '2015-04-09T15:09:29Z',
    actions: [
      'dynamodb:DescribeStream',
      'dynamodb:GetRecords',
      'dynamodb:GetShardIterator',
      'dynamodb:ListStreams',
      ...logging,
    ],
  },
  {
    name: 'AWSLambdaKinesisExecutionRole',
    description:
      'Provides list and read access to Kinesis streams and write permissions to CloudWatch Logs.',
    id: 'ANPAJHOLKJPXV4GBRMJUQ',
    version: 2,
    created: '2015-04-09T15:14:16Z',
    updated: '2018-11-19T20:09:24Z',
    actions: [
      'kinesis:DescribeStream',
      'kinesis:DescribeStreamSummary',
      'kinesis:GetRecords',
      'kinesis:GetShardIterator',
      'kinesis:ListShards',
      'kinesis:ListStreams',
      'kinesis:SubscribeToShard',
      ...logging,
    ],
  },
  {
    name: 'AWSLambdaSQSQueueExecutionRole',
    description:
      'Provides receive message, delete message, and read attribute access to SQS queues, and write permissions to CloudWatch logs.',
    id: 'ANPAJFWJZI6JNND4TSELK',
    version: 1,
    created: '2018-06-14T21:50:45Z',
    updated: '2018-06-14T21:50:45Z',
    actions: ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes', ...logging],
  },
  {
    name: 'AWSLambdaVPCAccessExecutionRole',
    description:
      'Provides minimum permissions for a Lambda function to execute while accessing a resource within a VPC - create, describe, delete network interfaces and write permissions to CloudWatch Logs. ',
    id: 'ANPAJVTME3YLVNL72YR2K',
    version: 3,
    created: '2016-02-11T23:15:26Z',
    updated: '2024-01-05T22:38:26Z',
    sid: 'AWSLambdaVPCAccessExecutionPermissions',
    actions: [
      ...logging,
      'ec2:CreateNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:DeleteNetworkInterface',
      'ec2:AssignPrivateIpAddresses',
      'ec2:UnassignPrivateIpAddresses',
    ],
  },
]

/** What stands for an account in the ARNs of AWS's own policies. */
export const awsOwner = 'aws' as AccountId

/** Those whose documents are held, as records, by name. @param partition of the region that asks. */
export function knownAwsManaged(partition: string): readonly PolicyRecord[] {
  return knownPolicies.map((known) => ({
    account: awsOwner,
    name: known.name,
    path: '/service-role/',
    arn: `arn:${partition}:iam::aws:policy/service-role/${known.name}`,
    id: known.id,
    createdMs: Date.parse(known.created),
    updatedMs: Date.parse(known.updated),
    description: known.description,
    defaultVersion: known.version,
    lastVersion: known.version,
    tags: [],
  }))
}

/** The version in effect; earlier ones are not held. */
export function knownVersions({ name }: PolicyRecord): readonly PolicyVersionRecord[] {
  return knownPolicies
    .filter((known) => known.name === name)
    .map(({ version, updated, sid, actions }) => {
      const statement = { Effect: 'Allow', Action: actions, Resource: '*' }
      const statements = [sid === undefined ? statement : { Sid: sid, ...statement }]
      const document = JSON.stringify({ Version: '2012-10-17', Statement: statements })
      return { version, createdMs: Date.parse(updated), document }
    })
}
