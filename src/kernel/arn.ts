import type { AccountId, FunctionArn, Region, Scope } from './brand.ts'

/** `arn:partition:service:region:account:resource`, resource verbatim. */
export interface Arn {
  readonly partition: string
  readonly service: string
  readonly region: string
  readonly account: string
  readonly resource: string
}

/** Undefined when the text is no ARN. */
export function parseArn(text: string): Arn | undefined {
  const parts = text.split(':')
  const [prefix, partition, service, region, account] = parts
  if (prefix !== 'arn' || parts.length < 6) return undefined
  if (!partition || !service || region === undefined || account === undefined) return undefined
  return { partition, service, region, account, resource: parts.slice(5).join(':') }
}

/** The partition of a region: `aws`, `aws-cn` or `aws-us-gov`. */
export function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn'
  if (region.startsWith('us-gov-')) return 'aws-us-gov'
  return 'aws'
}

export function functionArn(scope: Scope, functionName: string): FunctionArn {
  const partition = partitionOf(scope.region)
  return `arn:${partition}:lambda:${scope.region}:${scope.account}:function:${functionName}` as FunctionArn
}

/** `arn:aws:lambda:eu-west-1::runtime:<64 hex digits>`. */
export function runtimeVersionArn(region: string, versionHash: string): string {
  return `arn:${partitionOf(region)}:lambda:${region}::runtime:${versionHash}`
}

export function scopeOf(account: string, region: string): Scope {
  return { account: account as AccountId, region: region as Region }
}
