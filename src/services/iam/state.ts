/** What IAM keeps, and how it changes: pure, no I/O. */
import type { AccountId } from '../../kernel/brand.ts'

export interface TagRecord {
  readonly Key: string
  readonly Value: string
}

/** What every entity has. */
interface EntityBase {
  readonly account: AccountId
  readonly name: string
  /** Begins and ends with a slash. */
  readonly path: string
  readonly createdMs: number
}

/** What may stand in policies, and has tags where its kind may have them. */
interface ResourceBase extends EntityBase {
  readonly arn: string
}

export interface RoleRecord extends ResourceBase {
  readonly kind: 'role'
  /** `AROA...`, never used again. */
  readonly id: string
  /** The trust policy, verbatim. */
  readonly trustPolicy: string
  readonly description: string | undefined
  readonly maxSessionSeconds: number
  /** ARN of a managed policy. */
  readonly boundary: string | undefined
  readonly tags: readonly TagRecord[]
  /** The service that a service-linked role belongs to; such a role is changed by way of its service alone. */
  readonly linkedService?: string
}

export interface UserRecord extends ResourceBase {
  readonly kind: 'user'
  /** `AIDA...`, never used again. */
  readonly id: string
  readonly boundary: string | undefined
  readonly tags: readonly TagRecord[]
}

export interface GroupRecord extends ResourceBase {
  readonly kind: 'group'
  /** `AGPA...`, never used again. */
  readonly id: string
}

export interface InstanceProfileRecord extends ResourceBase {
  readonly kind: 'instance-profile'
  /** `AIPA...`, never used again. */
  readonly id: string
  readonly tags: readonly TagRecord[]
}

/** Its name is its URL without the scheme. */
export interface OidcProviderRecord extends ResourceBase {
  readonly kind: 'oidc-provider'
  readonly clientIds: readonly string[]
  readonly thumbprints: readonly string[]
  readonly tags: readonly TagRecord[]
}

/** Its metadata is its document. */
export interface SamlProviderRecord extends ResourceBase {
  readonly kind: 'saml-provider'
  readonly uuid: string
  readonly validUntilMs: number
  readonly tags: readonly TagRecord[]
}

/** An account has one at most; its name is the alias. */
export interface AccountAliasRecord extends EntityBase {
  readonly kind: 'account-alias'
}

/** An account has one at most. */
export interface PasswordPolicyRecord extends EntityBase {
  readonly kind: 'password-policy'
  readonly settings: Readonly<Record<string, number | boolean>>
}

/** A service-linked role that was deleted; its name is the task's id. */
export interface DeletionTaskRecord extends EntityBase {
  readonly kind: 'deletion-task'
}

interface Records {
  readonly role: RoleRecord
  readonly user: UserRecord
  readonly group: GroupRecord
  readonly 'instance-profile': InstanceProfileRecord
  readonly 'oidc-provider': OidcProviderRecord
  readonly 'saml-provider': SamlProviderRecord
  readonly 'account-alias': AccountAliasRecord
  readonly 'password-policy': PasswordPolicyRecord
  readonly 'deletion-task': DeletionTaskRecord
}

export type Kind = keyof Records
export type Entity<K extends Kind> = Records[K]
export type AnyEntity = Entity<Kind>

/** Who can have policies. */
export type Holder = RoleRecord | UserRecord | GroupRecord
export type HolderKind = Holder['kind']
/** Who can have tags, but for managed policies. */
export type TaggedKind = Exclude<
  Kind,
  'group' | 'account-alias' | 'password-policy' | 'deletion-task'
>

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
