/** Every query on customer managed policies and their versions. The schema is in tables.ts. */
import { sql } from '../../store/kysely/index.js'
import type { AccountId } from '../../kernel/brand.ts'
import { countBounded } from './entity-tables.ts'
import { keyOf } from './names.ts'
import type { PolicyRecord, PolicyVersionRecord } from './state.ts'
import { type Db, begins } from './tables.ts'

export async function findPolicy(
  db: Db,
  account: AccountId,
  name: string,
): Promise<PolicyRecord | undefined> {
  const row = await db
    .selectFrom('iam_policies')
    .select('record')
    .where('account', '=', account)
    .where('name_key', '=', keyOf(name))
    .executeTakeFirst()
  return row && (JSON.parse(row.record) as PolicyRecord)
}

/** How many entities use a policy, in each of the two ways. */
export interface PolicyUse {
  readonly attachments: number
  readonly boundaries: number
}

export type UsedPolicy = PolicyUse & { readonly policy: PolicyRecord }

export interface PolicyFilter {
  readonly pathPrefix: string
  /** Only policies that are used so. */
  readonly usedAs: keyof PolicyUse | undefined
}

/** At most `limit` policies whose name keys come after `afterKey`, by name key. */
export async function listPolicies(
  db: Db,
  account: AccountId,
  filter: PolicyFilter,
  afterKey: string,
  limit: number,
): Promise<UsedPolicy[]> {
  const use = { attachments: attachmentsOf, boundaries: boundariesOf }
  const all = db
    .selectFrom('iam_policies')
    .select('record')
    .select([attachmentsOf().as('attachments'), boundariesOf().as('boundaries')])
    .where('account', '=', account)
    .where('name_key', '>', afterKey)
    .where(begins('path', filter.pathPrefix))
    .orderBy('name_key')
    .limit(limit)
  const { usedAs } = filter
  const rows = await (usedAs ? all.where(use[usedAs](), '>', 0) : all).execute()
  return rows.map((row) => ({
    policy: JSON.parse(row.record) as PolicyRecord,
    attachments: Number(row.attachments),
    boundaries: Number(row.boundaries),
  }))
}

/** Also for AWS managed policies, which are no rows. */
export async function countPolicyUse(db: Db, account: AccountId, arn: string): Promise<PolicyUse> {
  const [attached, boundaries] = await Promise.all([
    db
      .selectFrom('iam_attachments')
      .select((each) => each.fn.countAll().as('count'))
      .where((where) => where.and({ account, policy_arn: arn }))
      .executeTakeFirstOrThrow(),
    countBounded(db, account, arn),
  ])
  return { attachments: Number(attached.count), boundaries }
}

/** Of the policy in the query around it. PostgreSQL gives counts as text. */
function attachmentsOf() {
  return sql<number | string>`(select count(*) from iam_attachments as used
    where used.account = iam_policies.account and used.policy_arn = iam_policies.arn)`
}

function boundariesOf() {
  return sql<number | string>`(select count(*) from iam_entities as used
    where used.account = iam_policies.account and used.boundary_arn = iam_policies.arn)`
}

export async function countPolicies(db: Db, account: AccountId): Promise<number> {
  const row = await db
    .selectFrom('iam_policies')
    .select((each) => each.fn.countAll().as('count'))
    .where('account', '=', account)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

/** Of all policies of the account together. */
export async function countVersions(db: Db, account: AccountId): Promise<number> {
  const row = await db
    .selectFrom('iam_policy_versions')
    .select((each) => each.fn.countAll().as('count'))
    .where('account', '=', account)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

export async function insertPolicy(db: Db, policy: PolicyRecord): Promise<void> {
  const { arn, path } = policy
  await db
    .insertInto('iam_policies')
    .values({ ...policyKey(policy), arn, path, record: JSON.stringify(policy) })
    .execute()
}

export async function updatePolicy(db: Db, policy: PolicyRecord): Promise<void> {
  await db
    .updateTable('iam_policies')
    .set({ record: JSON.stringify(policy) })
    .where((where) => where.and(policyKey(policy)))
    .execute()
}

/** With all its versions. */
export async function deletePolicy(db: Db, policy: PolicyRecord): Promise<void> {
  const whose = ofPolicy(policy)
  await db
    .deleteFrom('iam_policy_versions')
    .where((where) => where.and(whose))
    .execute()
  const which = policyKey(policy)
  await db
    .deleteFrom('iam_policies')
    .where((where) => where.and(which))
    .execute()
}

/** The newest first. Their number is limited by quota. */
export async function listVersions(db: Db, policy: PolicyRecord): Promise<PolicyVersionRecord[]> {
  const rows = await db
    .selectFrom('iam_policy_versions')
    .select(['version', 'created_at_ms', 'document'])
    .where((where) => where.and(ofPolicy(policy)))
    .orderBy('version', 'desc')
    .execute()
  return rows.map(({ version, created_at_ms, document }) => ({
    version,
    createdMs: Number(created_at_ms),
    document,
  }))
}

export async function insertVersion(
  db: Db,
  policy: PolicyRecord,
  record: PolicyVersionRecord,
): Promise<void> {
  const { version, createdMs: created_at_ms, document } = record
  await db
    .insertInto('iam_policy_versions')
    .values({ ...ofPolicy(policy), version, created_at_ms, document })
    .execute()
}

export async function deleteVersion(db: Db, policy: PolicyRecord, version: number): Promise<void> {
  await db
    .deleteFrom('iam_policy_versions')
    .where((where) => where.and({ ...ofPolicy(policy), version }))
    .execute()
}

function policyKey(policy: PolicyRecord) {
  return { account: policy.account, name_key: keyOf(policy.name) }
}

/** The key of whatever belongs to a policy. */
function ofPolicy(policy: PolicyRecord) {
  return { account: policy.account, policy_key: keyOf(policy.name) }
}
