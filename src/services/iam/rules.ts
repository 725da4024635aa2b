/** Checks that the model cannot express. */
import type { Tag } from '@aws-sdk/client-iam'
import { invalidInput, quotaExceeded } from './errors.ts'
import { managedPolicyCharactersMax, tagsMax, trustPolicyCharactersMax } from './limits.ts'
import { checkIdentityPolicy, checkTrustPolicy, policyCharacters } from './policy-document.ts'
import type { TagRecord } from './state.ts'

/**
 * Tags as a request brings them.
 * @throws ServiceError InvalidInput
 */
export function checkTags(tags: readonly Tag[] | undefined): readonly TagRecord[] {
  const seen = new Set<string>()
  return (tags ?? []).map(({ Key = '', Value = '' }) => {
    const key = Key.toLowerCase()
    // Observed.
    if (seen.has(key)) {
      throw invalidInput(
        'Duplicate tag keys found. Please note that Tag keys are case insensitive.',
      )
    }
    seen.add(key)
    // The rule is documented ("Tags for IAM resources", IAM User Guide); the words are ours.
    if (key.startsWith('aws:')) {
      throw invalidInput(`Tag keys that begin with aws: are reserved for system use: ${Key}`)
    }
    return { Key, Value }
  })
}

/**
 * How many a role or a policy has after a change.
 * @param quota `TagsPerRole` or `TagsPerPolicy`.
 * @throws ServiceError LimitExceeded
 */
export function checkTagCount(tags: readonly TagRecord[], quota: string): readonly TagRecord[] {
  if (tags.length > tagsMax) throw quotaExceeded(quota, tagsMax)
  return tags
}

/**
 * A role's trust policy: its grammar, then its size.
 * @throws ServiceError MalformedPolicyDocument, LimitExceeded
 */
export function checkTrustDocument(document: string): void {
  checkTrustPolicy(document)
  if (policyCharacters(document) > trustPolicyCharactersMax) {
    throw quotaExceeded('ACLSizePerRole', trustPolicyCharactersMax)
  }
}

/**
 * A version of a managed policy.
 * @throws ServiceError MalformedPolicyDocument, LimitExceeded
 */
export function checkManagedDocument(document: string): void {
  checkIdentityPolicy(document, 'managed')
  if (policyCharacters(document) > managedPolicyCharactersMax) {
    throw quotaExceeded('PolicySize', managedPolicyCharactersMax)
  }
}
