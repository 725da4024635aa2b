/**
 * What lambdad knows of the policies that AWS manages. There are some thousand, and more every week: each ARN of
 * the right form counts as one of them, but for the mistakes that are made with Lambda's own.
 * Source: "AWS managed policies for AWS Lambda", Lambda developer guide, and the AWS managed policy reference.
 */
import { serviceRolePolicy } from './errors.ts'
import type { PolicyArn } from './names.ts'

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
