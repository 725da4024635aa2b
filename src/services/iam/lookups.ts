/** Finds what a request names, or answers as AWS does when it is not there. For use inside transactions too. */
import { parseArn, partitionOf } from '../../kernel/arn.ts'
import type { AccountId } from '../../kernel/brand.ts'
import type { CallContext } from '../../kernel/operation.ts'
import { awsOwner, isAwsManagedAttachable, knownAwsManaged, knownVersions } from './aws-managed.ts'
import {
  awsManagedPolicy,
  foreignPolicy,
  invalidArn,
  noSuch,
  noSuchPolicy,
  noSuchVersion,
  protectedRole,
} from './errors.ts'
import { findEntity } from './entity-tables.ts'
import { parsePolicyArn, required } from './names.ts'
import { findPolicy, listVersions } from './policy-tables.ts'
import { parseVersionId } from './shapes.ts'
import type {
  Entity,
  Holder,
  HolderKind,
  Kind,
  PolicyRecord,
  PolicyVersionRecord,
  RoleRecord,
} from './state.ts'
import type { Db } from './tables.ts'

/** By its name, as the request has it. @throws ServiceError NoSuchEntity */
export async function requireEntity<K extends Kind>(
  db: Db,
  kind: K,
  account: AccountId,
  name: string,
): Promise<Entity<K>> {
  const entity = await findEntity(db, kind, account, name)
  if (entity) return entity
  throw noSuch(kind, name)
}

/** Finds an entity that a request names, now or within a transaction. @throws ServiceError NoSuchEntity */
export type Find<K extends Kind> = (db: Db) => Promise<Entity<K>>

const nameMembers = {
  role: 'roleName',
  user: 'userName',
  group: 'groupName',
  'instance-profile': 'instanceProfileName',
} as const

/** @throws ServiceError ValidationError when the request has no name. */
export function byName<K extends keyof typeof nameMembers>(
  kind: K,
  context: CallContext,
  name: string | undefined,
): Find<K> {
  const wanted = required(name, nameMembers[kind])
  return (db) => requireEntity(db, kind, context.account, wanted)
}

const arnMembers = {
  'oidc-provider': 'openIDConnectProviderArn',
  'saml-provider': 'sAMLProviderArn',
} as const

type ProviderKind = keyof typeof arnMembers

/** Providers are named by their ARNs. @throws ServiceError ValidationError, InvalidInput */
export function providerNameOf(kind: ProviderKind, providerArn: string | undefined): string {
  const text = required(providerArn, arnMembers[kind])
  const arn = parseArn(text)
  const prefix = `${kind}/`
  if (arn?.service !== 'iam' || !arn.resource.startsWith(prefix)) throw invalidArn(text)
  return arn.resource.slice(prefix.length)
}

/** @throws ServiceError ValidationError, InvalidInput */
export function byArn<K extends ProviderKind>(
  kind: K,
  context: CallContext,
  providerArn: string | undefined,
): Find<K> {
  const name = providerNameOf(kind, providerArn)
  return async (db) => {
    const found = await findEntity(db, kind, context.account, name)
    if (!found || found.arn !== providerArn) throw noSuch(kind, String(providerArn))
    return found
  }
}

/** In order to change more than its description. @throws ServiceError ValidationError, UnmodifiableEntity */
export function ownRole(context: CallContext, name: string | undefined): Find<'role'> {
  const find = byName('role', context, name)
  return async (db) => own(await find(db))
}

/** The same for whoever can have policies. @throws ServiceError NoSuchEntity, UnmodifiableEntity */
export async function requireOwnHolder(
  db: Db,
  kind: HolderKind,
  account: AccountId,
  name: string,
): Promise<Holder> {
  const holder: Holder = await requireEntity(db, kind, account, name)
  return holder.kind === 'role' ? own(holder) : holder
}

/** A service-linked role is its service's to change. */
function own(role: RoleRecord): RoleRecord {
  if (role.linkedService !== undefined) throw protectedRole(role.name)
  return role
}

/**
 * A customer managed policy of the caller's account, or one of AWS's whose documents are held.
 * @throws ServiceError InvalidInput, NoSuchEntity
 */
export async function requirePolicy(
  db: Db,
  context: CallContext,
  text: string,
): Promise<PolicyRecord> {
  const { arn, owner, name } = parsePolicyArn(text)
  if (owner === awsOwner) {
    const known = knownAwsManaged(partitionOf(context.region)).find((each) => each.arn === arn)
    if (known) return known
    throw awsManagedPolicy(arn)
  }
  const policy = await findPolicy(db, context.account, name)
  if (policy?.arn === arn) return policy
  throw noSuchPolicy(arn)
}

/** AWS managed policies count by their form. @throws ServiceError InvalidInput, NoSuchEntity */
export async function requireEveryPolicy(
  db: Db,
  context: CallContext,
  text: string,
): Promise<void> {
  if (parsePolicyArn(text).owner !== awsOwner) await requirePolicy(db, context, text)
}

/**
 * The same, in order to change it.
 * @throws ServiceError InvalidInput, NoSuchEntity; AccessDenied for AWS managed and other accounts' policies
 */
export async function requireOwnPolicy(
  db: Db,
  context: CallContext,
  text: string,
): Promise<PolicyRecord> {
  if (parsePolicyArn(text).owner !== context.account) throw foreignPolicy()
  return requirePolicy(db, context, text)
}

/** The newest first. */
export async function versionsOf(
  db: Db,
  policy: PolicyRecord,
): Promise<readonly PolicyVersionRecord[]> {
  return policy.account === awsOwner ? knownVersions(policy) : listVersions(db, policy)
}

/** @throws ServiceError NoSuchEntity */
export async function requireVersion(
  db: Db,
  policy: PolicyRecord,
  versionId: string,
): Promise<PolicyVersionRecord> {
  const version = parseVersionId(versionId)
  const found = (await versionsOf(db, policy)).find((each) => each.version === version)
  if (found) return found
  throw noSuchVersion(policy.arn, versionId)
}

/**
 * Whether a role, a user or a group may have this policy, as a permissions policy or as its boundary.
 * @throws ServiceError InvalidInput, PolicyNotAttachable
 */
export async function isAttachable(db: Db, context: CallContext, text: string): Promise<boolean> {
  const policy = parsePolicyArn(text)
  if (policy.owner === awsOwner) {
    return policy.partition === partitionOf(context.region) && isAwsManagedAttachable(policy)
  }
  return (await findPolicy(db, context.account, policy.name))?.arn === policy.arn
}
