/** Finds what a request names, or answers as AWS does when it is not there. For use inside transactions too. */
import { partitionOf } from '../../kernel/arn.ts'
import type { AccountId } from '../../kernel/brand.ts'
import type { CallContext } from '../../kernel/operation.ts'
import { isAwsManagedAttachable } from './aws-managed.ts'
import {
  awsManagedPolicy,
  foreignPolicy,
  noSuchPolicy,
  noSuchRole,
  noSuchVersion,
} from './errors.ts'
import { parsePolicyArn } from './names.ts'
import { findPolicy, listVersions } from './policy-tables.ts'
import { parseVersionId } from './shapes.ts'
import type { PolicyRecord, PolicyVersionRecord, RoleRecord } from './state.ts'
import { type Db, findRole } from './tables.ts'

/** @throws ServiceError NoSuchEntity */
export async function requireRole(db: Db, account: AccountId, name: string): Promise<RoleRecord> {
  const role = await findRole(db, account, name)
  if (role) return role
  throw noSuchRole(name)
}

/**
 * A customer managed policy of the caller's account.
 * @throws ServiceError InvalidInput, NoSuchEntity
 */
export async function requirePolicy(
  db: Db,
  context: CallContext,
  text: string,
): Promise<PolicyRecord> {
  const { arn, owner, name } = parsePolicyArn(text)
  if (owner === 'aws') throw awsManagedPolicy(arn)
  const policy = await findPolicy(db, context.account, name)
  if (policy?.arn === arn) return policy
  throw noSuchPolicy(arn)
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

/** @throws ServiceError NoSuchEntity */
export async function requireVersion(
  db: Db,
  policy: PolicyRecord,
  versionId: string,
): Promise<PolicyVersionRecord> {
  const version = parseVersionId(versionId)
  const found = (await listVersions(db, policy)).find((each) => each.version === version)
  if (found) return found
  throw noSuchVersion(policy.arn, versionId)
}

/**
 * Whether a role may have this policy, as a permissions policy or as its boundary.
 * @throws ServiceError InvalidInput, PolicyNotAttachable
 */
export async function isAttachable(db: Db, context: CallContext, text: string): Promise<boolean> {
  const policy = parsePolicyArn(text)
  if (policy.owner === 'aws') {
    return policy.partition === partitionOf(context.region) && isAwsManagedAttachable(policy)
  }
  return (await findPolicy(db, context.account, policy.name))?.arn === policy.arn
}
