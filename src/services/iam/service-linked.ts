/**
 * The service-linked roles that lambdad knows: services a deployment of functions may ask one for.
 * Sources: "AWS services that work with IAM", and each service's page on its service-linked role.
 */

interface LinkedRole {
  /** After `AWSServiceRoleFor`. */
  readonly name: string
  /** Below `policy/aws-service-role/`. */
  readonly policy: string
  /** Whether a suffix may follow the name, so that there can be several. */
  readonly suffix?: true
}

const linkedRoles: Readonly<Record<string, LinkedRole>> = {
  'autoscaling.amazonaws.com': {
    name: 'AutoScaling',
    policy: 'AutoScalingServiceRolePolicy',
    suffix: true,
  },
  'cks.kms.amazonaws.com': {
    name: 'KeyManagementServiceCustomKeyStores',
    policy: 'AWSKeyManagementServiceCustomKeyStoresServiceRolePolicy',
  },
  'dax.amazonaws.com': { name: 'DAX', policy: 'DAXServiceRolePolicy' },
  'dynamodb.application-autoscaling.amazonaws.com': {
    name: 'ApplicationAutoScaling_DynamoDBTable',
    policy: 'AWSApplicationAutoscalingDynamoDBTablePolicy',
  },
  'ecs.amazonaws.com': { name: 'ECS', policy: 'AmazonECSServiceRolePolicy' },
  'ecs.application-autoscaling.amazonaws.com': {
    name: 'ApplicationAutoScaling_ECSService',
    policy: 'AWSApplicationAutoscalingECSServicePolicy',
  },
  'eks.amazonaws.com': { name: 'AmazonEKS', policy: 'AmazonEKSServiceRolePolicy' },
  'elasticache.amazonaws.com': { name: 'ElastiCache', policy: 'ElastiCacheServiceRolePolicy' },
  'elasticloadbalancing.amazonaws.com': {
    name: 'ElasticLoadBalancing',
    policy: 'AWSElasticLoadBalancingServiceRolePolicy',
  },
  'es.amazonaws.com': {
    name: 'AmazonElasticsearchService',
    policy: 'AmazonElasticsearchServiceRolePolicy',
  },
  'kafka.amazonaws.com': { name: 'Kafka', policy: 'KafkaServiceRolePolicy' },
  'lambda.application-autoscaling.amazonaws.com': {
    name: 'ApplicationAutoScaling_LambdaConcurrency',
    policy: 'AWSApplicationAutoscalingLambdaConcurrencyPolicy',
  },
  'logger.cloudfront.amazonaws.com': {
    name: 'CloudFrontLogger',
    policy: 'AWSCloudFrontLogger',
  },
  'opensearchservice.amazonaws.com': {
    name: 'AmazonOpenSearchService',
    policy: 'AmazonOpenSearchServiceRolePolicy',
  },
  'ops.apigateway.amazonaws.com': { name: 'APIGateway', policy: 'APIGatewayServiceRolePolicy' },
  'organizations.amazonaws.com': {
    name: 'Organizations',
    policy: 'AWSOrganizationsServiceTrustPolicy',
  },
  'rds.amazonaws.com': { name: 'RDS', policy: 'AmazonRDSServiceRolePolicy' },
  'replicator.lambda.amazonaws.com': { name: 'LambdaReplicator', policy: 'AWSLambdaReplicator' },
  'spot.amazonaws.com': { name: 'EC2Spot', policy: 'AWSEC2SpotServiceRolePolicy' },
  'trustedadvisor.amazonaws.com': {
    name: 'TrustedAdvisor',
    policy: 'AWSTrustedAdvisorServiceRolePolicy',
  },
}

export function findLinkedRole(service: string): LinkedRole | undefined {
  return Object.hasOwn(linkedRoles, service) ? linkedRoles[service] : undefined
}

export function linkedTrustPolicy(service: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal: { Service: service }, Action: 'sts:AssumeRole' }],
  })
}
