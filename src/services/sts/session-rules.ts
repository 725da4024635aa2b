/**
 * What a request may give a session: policies and tags, an MFA device, contexts. Pure; the model has checked lengths.
 * Session policies are kept with the session. Like all policies they are not evaluated yet.
 */
import { Buffer } from 'node:buffer'
import type { PolicyDescriptorType, Tag } from '@aws-sdk/client-sts'
import { accessDenied, malformedPolicy, packedPolicyTooLarge, validationError } from './errors.ts'
import { packedBytesMax, sessionPolicyArnsMax, sessionPolicyCharactersMax } from './limits.ts'

/** No device can be enrolled here, so that no code is right. Observed. @throws ServiceError AccessDenied */
export function refuseMfa(input: {
  readonly SerialNumber?: string | undefined
  readonly TokenCode?: string | undefined
}): void {
  if (input.SerialNumber === undefined && input.TokenCode === undefined) return
  throw accessDenied('MultiFactorAuthentication failed with invalid MFA one time pass code. ')
}

/** @returns the tags by key, as they are spelled. @throws ServiceError InvalidParameterValue */
export function checkSessionTags(tags: readonly Tag[] = []): Readonly<Record<string, string>> {
  const seen = new Set<string>()
  return Object.fromEntries(
    tags.map(({ Key = '', Value = '' }) => {
      const key = Key.toLowerCase()
      // The rules are documented ("Pass session tags in AWS STS", IAM User Guide), the words ours.
      if (seen.has(key)) {
        throw validationError(
          'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
        )
      }
      if (key.startsWith('aws:')) {
        throw validationError(`Tag keys that begin with aws: are reserved for system use: ${Key}`)
      }
      seen.add(key)
      return [Key, Value]
    }),
  )
}

interface SessionPolicies {
  readonly policy?: string
  readonly policyArns?: readonly string[]
}

/** @throws ServiceError MalformedPolicyDocument, ValidationError */
export function checkSessionPolicies(
  policy: string | undefined,
  descriptors: readonly PolicyDescriptorType[] | undefined,
): SessionPolicies {
  if (policy !== undefined) checkPolicy(policy)
  const policyArns = (descriptors ?? []).map(({ arn = '' }) => arn)
  if (policyArns.length > sessionPolicyArnsMax) {
    // Documented as a limit; the words are ours.
    throw validationError(`A session can have up to ${sessionPolicyArnsMax} managed policies.`)
  }
  for (const arn of policyArns) {
    if (/^arn:[\w-]+:iam::(?:\d{12}|aws):policy\/.+$/.test(arn)) continue
    throw validationError(`ARN ${arn} is not valid.`)
  }
  return {
    ...(policy === undefined ? {} : { policy }),
    ...(policyArns.length === 0 ? {} : { policyArns }),
  }
}

/** Only whether it is a policy at all: what is in it counts once policies are evaluated. */
function checkPolicy(policy: string): void {
  if (policy.length > sessionPolicyCharactersMax) {
    throw validationError(
      `1 validation error detected: Value at 'policy' failed to satisfy constraint: Member must have length less than or equal to ${sessionPolicyCharactersMax}`,
    )
  }
  let value: unknown
  try {
    value = JSON.parse(policy)
  } catch {
    value = undefined
  }
  // Observed.
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformedPolicy('This policy contains invalid Json')
  }
  if (!Object.hasOwn(value, 'Statement')) throw malformedPolicy('Missing required field Statement')
}

/**
 * How much of the room for policies and tags is taken: an estimate, since AWS's packing is secret.
 * @returns undefined when there is nothing to pack, as on AWS.
 * @throws ServiceError PackedPolicyTooLarge
 */
export function packedPercent(
  policies: SessionPolicies,
  tags: Readonly<Record<string, string>>,
): number | undefined {
  const parts = [
    policies.policy ?? '',
    ...(policies.policyArns ?? []),
    ...Object.entries(tags).flat(),
  ]
  const bytes = parts.reduce((sum, part) => sum + Buffer.byteLength(part), 0)
  if (bytes === 0) return undefined
  const percent = Math.ceil((bytes * 100) / packedBytesMax)
  if (percent > 100) throw packedPolicyTooLarge(percent)
  return percent
}
