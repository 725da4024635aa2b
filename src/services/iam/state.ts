/** What IAM keeps, and how it changes: pure, no I/O. */
import type { AccountId } from '../../kernel/brand.ts'

export interface TagRecord {
  readonly Key: string
  readonly Value: string
}

export interface RoleRecord {
  readonly account: AccountId
  readonly name: string
  /** Begins and ends with a slash. */
  readonly path: string
  readonly arn: string
  /** `AROA...`, never used again. */
  readonly id: string
  readonly createdMs: number
  /** The trust policy, verbatim. */
  readonly trustPolicy: string
  readonly description: string | undefined
  readonly maxSessionSeconds: number
  /** ARN of a managed policy. */
  readonly boundary: string | undefined
  readonly tags: readonly TagRecord[]
}

/** A customer managed policy. Its documents are in its versions. */
export interface PolicyRecord {
  readonly account: AccountId
  readonly name: string
  readonly path: string
  readonly arn: string
  /** `ANPA...`, never used again. */
  readonly id: string
  readonly createdMs: number
  /** When its newest version was made. */
  readonly updatedMs: number
  readonly description: string | undefined
  /** The version in effect. */
  readonly defaultVersion: number
  /** The newest number given; numbers are never given twice. */
  readonly lastVersion: number
  readonly tags: readonly TagRecord[]
}

export interface PolicyVersionRecord {
  readonly version: number
  readonly createdMs: number
  /** Verbatim. */
  readonly document: string
}

/**
 * Adds the tags; one whose key is there already, in whatever case, is replaced, and the new spelling stays
 * (observed: `Test` then `test` leaves one tag, `test`).
 */
export function withTags(
  tags: readonly TagRecord[],
  added: readonly TagRecord[],
): readonly TagRecord[] {
  const keys = added.map((tag) => tag.Key)
  return [...withoutTags(tags, keys), ...added]
}

/** Keys that are not there are ignored. */
export function withoutTags(
  tags: readonly TagRecord[],
  keys: readonly string[],
): readonly TagRecord[] {
  const removed = new Set(keys.map((key) => key.toLowerCase()))
  return tags.filter((tag) => !removed.has(tag.Key.toLowerCase()))
}
