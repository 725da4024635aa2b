/** Code signing configurations: what is kept, and how the API shows it. Pure. */
import type { CodeSigningConfig } from '@aws-sdk/client-lambda'
import { parseArn, partitionOf } from '../../../kernel/arn.ts'
import type { Scope } from '../../../kernel/brand.ts'
import { ServiceError } from '../../../kernel/errors.ts'
import { lambdaTime } from '../configuration.ts'
import { invalid } from '../rules.ts'

export interface CodeSigningRecord extends Scope {
  /** `csc-...` */
  readonly id: string
  readonly description: string
  /** ARNs of versions of signing profiles. */
  readonly publishers: readonly string[]
  /** What happens to a package that none of them has signed. */
  readonly policy: 'Warn' | 'Enforce'
  /** Unix epoch ms. */
  readonly modifiedMs: number
  readonly tags: Readonly<Record<string, string>>
}

function codeSigningArn({ account, region, id }: Scope & { readonly id: string }): string {
  return `arn:${partitionOf(region)}:lambda:${region}:${account}:code-signing-config:${id}`
}

/** The id of a configuration of this account and region; undefined for an ARN of anything else. */
export function codeSigningId(arn: string, scope: Scope): string | undefined {
  const { service, account, region, resource = '' } = parseArn(arn) ?? {}
  const isHere = service === 'lambda' && account === scope.account && region === scope.region
  const [kind, id, ...rest] = resource.split(':')
  return isHere && kind === 'code-signing-config' && rest.length === 0 ? id : undefined
}

export function codeSigningResponse(record: CodeSigningRecord): CodeSigningConfig {
  return {
    CodeSigningConfigId: record.id,
    CodeSigningConfigArn: codeSigningArn(record),
    Description: record.description,
    AllowedPublishers: { SigningProfileVersionArns: [...record.publishers] },
    CodeSigningPolicies: { UntrustedArtifactOnDeployment: record.policy },
    LastModified: lambdaTime(record.modifiedMs),
  }
}

/** A version of a signing profile: whose, and which. */
export interface SigningProfileVersion {
  readonly account: string
  readonly name: string
  readonly version: string
}

const profileForm = /^\/signing-profiles\/(?<name>[a-zA-Z0-9_]{2,64})\/(?<version>[a-zA-Z0-9]{10})$/

/** Forms of name and version: AWS Signer API reference, PutSigningProfile. */
export function parseSigningProfile(arn: string): SigningProfileVersion | undefined {
  const { service, account = '', resource = '' } = parseArn(arn) ?? {}
  const { name, version } = profileForm.exec(resource)?.groups ?? {}
  if (service !== 'signer' || !/^\d{12}$/.test(account)) return undefined
  if (name === undefined || version === undefined) return undefined
  return { account, name, version }
}

/** @throws ServiceError */
export function checkPublishers(arns: readonly string[] | undefined): readonly string[] {
  const wrong = arns?.find((arn) => parseSigningProfile(arn) === undefined)
  if (wrong !== undefined) throw invalid(`${wrong} is no ARN of a version of a signing profile.`)
  return arns ?? []
}

/** Where a configuration is the subject. Recorded from the service. */
export function configNotFound(arn: string): ServiceError {
  return new ServiceError(
    'ResourceNotFoundException',
    `The Lambda code signing configuration ${arn} can not be found.`,
    { status: 404 },
  )
}

/** Where a function is to get it. Recorded from the service. */
export function givenConfigNotFound(arn: string): ServiceError {
  return new ServiceError(
    'CodeSigningConfigNotFoundException',
    `The code signing configuration cannot be found. Check that the provided configuration is not deleted: ${arn}.`,
    { status: 404 },
  )
}
