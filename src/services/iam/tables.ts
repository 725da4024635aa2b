/**
 * The tables of this service, and every query on roles. The queries on managed policies are in
 * policy-tables.ts, since both would be too long for one file; there is no SQL elsewhere.
 *
 * A role and a policy are one row each: the record as JSON, beside the columns that are searched. Both are
 * found and sorted by `name_key`, see `keyOf` in names.ts.
 */
import type { ColumnDefinitionBuilder, CreateTableBuilder, Kysely, SchemaModule } from 'kysely'
import type { AccountId } from '../../kernel/brand.ts'
import { sql } from '../../store/kysely/index.js'
import type { Migration } from '../../store/store.ts'
import { keyOf } from './names.ts'
import type { RoleRecord } from './state.ts'

export interface IamTables {
  iam_roles: {
    account: string
    name_key: string
    path: string
    boundary_arn: string | null
    record: string
  }
  iam_role_policies: {
    account: string
    role_key: string
    name: string
    /** As the quota counts them. */
    characters: number
    document: string
  }
  iam_role_attachments: {
    account: string
    role_key: string
    policy_arn: string
    /** Counts up within the role: the order of attaching. */
    position: number
  }
  iam_policies: {
    account: string
    name_key: string
    arn: string
    path: string
    record: string
  }
  iam_policy_versions: {
    account: string
    policy_key: string
    version: number
    /** PostgreSQL gives 64-bit integers as text. */
    created_at_ms: number | string
    document: string
  }
}

export type Db = Kysely<IamTables>

export const migrations: readonly Migration[] = [
  {
    id: 'iam-0001-roles-and-policies',
    async up(db) {
      const { schema } = db
      await table(schema, 'iam_roles', { account: 'text', name_key: 'text' })
        .addColumn('path', 'text', notNull)
        .addColumn('boundary_arn', 'text')
        .addColumn('record', 'text', notNull)
        .execute()
      await table(schema, 'iam_role_policies', { account: 'text', role_key: 'text', name: 'text' })
        .addColumn('characters', 'integer', notNull)
        .addColumn('document', 'text', notNull)
        .execute()
      const attachment = { account: 'text', role_key: 'text', policy_arn: 'text' } as const
      await table(schema, 'iam_role_attachments', attachment)
        .addColumn('position', 'integer', notNull)
        .execute()
      await table(schema, 'iam_policies', { account: 'text', name_key: 'text' })
        .addColumn('arn', 'text', notNull)
        .addColumn('path', 'text', notNull)
        .addColumn('record', 'text', notNull)
        .execute()
      const version = { account: 'text', policy_key: 'text', version: 'integer' } as const
      await table(schema, 'iam_policy_versions', version)
        .addColumn('created_at_ms', 'bigint', notNull)
        .addColumn('document', 'text', notNull)
        .execute()
      for (const [name, column] of [
        ['iam_roles', 'boundary_arn'],
        ['iam_role_attachments', 'policy_arn'],
      ] as const) {
        const index = schema.createIndex(`${name}_${column}`).on(name)
        await index.columns(['account', column]).execute()
      }
    },
  },
]

function notNull(column: ColumnDefinitionBuilder): ColumnDefinitionBuilder {
  return column.notNull()
}

/** A table with the columns of its primary key. */
function table(schema: SchemaModule, name: string, key: Record<string, 'text' | 'integer'>) {
  const columns = Object.entries(key)
  return columns
    .reduce(
      (builder, [column, type]) => builder.addColumn(column, type, notNull),
      schema.createTable(name) as CreateTableBuilder<string, string>,
    )
    .addPrimaryKeyConstraint(`${name}_key`, Object.keys(key))
}

function roleKey(role: RoleRecord) {
  return { account: role.account, name_key: keyOf(role.name) }
}

/** The key of whatever belongs to a role. */
function ofRole(role: RoleRecord) {
  return { account: role.account, role_key: keyOf(role.name) }
}

export async function findRole(
  db: Db,
  account: AccountId,
  name: string,
): Promise<RoleRecord | undefined> {
  const row = await db
    .selectFrom('iam_roles')
    .select('record')
    .where('account', '=', account)
    .where('name_key', '=', keyOf(name))
    .executeTakeFirst()
  return row && (JSON.parse(row.record) as RoleRecord)
}

/** At most `limit` roles whose name keys come after `afterKey`, by name key. */
export async function listRoles(
  db: Db,
  account: AccountId,
  pathPrefix: string,
  afterKey: string,
  limit: number,
): Promise<RoleRecord[]> {
  const rows = await db
    .selectFrom('iam_roles')
    .select('record')
    .where('account', '=', account)
    .where('name_key', '>', afterKey)
    .where(begins('path', pathPrefix))
    .orderBy('name_key')
    .limit(limit)
    .execute()
  return rows.map((row) => JSON.parse(row.record) as RoleRecord)
}

export async function countRoles(db: Db, account: AccountId): Promise<number> {
  const row = await db
    .selectFrom('iam_roles')
    .select((each) => each.fn.countAll().as('count'))
    .where('account', '=', account)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

export async function insertRole(db: Db, role: RoleRecord): Promise<void> {
  await db
    .insertInto('iam_roles')
    .values({ ...roleKey(role), ...roleColumns(role) })
    .execute()
}

export async function updateRole(db: Db, role: RoleRecord): Promise<void> {
  await db
    .updateTable('iam_roles')
    .set(roleColumns(role))
    .where((where) => where.and(roleKey(role)))
    .execute()
}

/** The role alone: its policies must be gone. */
export async function deleteRole(db: Db, role: RoleRecord): Promise<void> {
  await db
    .deleteFrom('iam_roles')
    .where((where) => where.and(roleKey(role)))
    .execute()
}

function roleColumns(role: RoleRecord) {
  return { path: role.path, boundary_arn: role.boundary ?? null, record: JSON.stringify(role) }
}

export async function findRolePolicy(
  db: Db,
  role: RoleRecord,
  name: string,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('iam_role_policies')
    .select('document')
    .where((where) => where.and(ofRole(role)))
    .where('name', '=', name)
    .executeTakeFirst()
  return row?.document
}

/** At most `limit` names of inline policies after `afterName`, sorted. */
export async function listRolePolicies(
  db: Db,
  role: RoleRecord,
  afterName: string,
  limit: number,
): Promise<string[]> {
  const rows = await db
    .selectFrom('iam_role_policies')
    .select('name')
    .where((where) => where.and(ofRole(role)))
    .where('name', '>', afterName)
    .orderBy('name')
    .limit(limit)
    .execute()
  return rows.map((row) => row.name)
}

/** The characters of the role's inline policies together, but for the one named `exceptName`. */
export async function countRolePolicyCharacters(
  db: Db,
  role: RoleRecord,
  exceptName: string,
): Promise<number> {
  const row = await db
    .selectFrom('iam_role_policies')
    .select((each) => each.fn.sum('characters').as('characters'))
    .where((where) => where.and(ofRole(role)))
    .where('name', '!=', exceptName)
    .executeTakeFirstOrThrow()
  return Number(row.characters ?? 0)
}

/** Adds it, or takes the place of the one with this name. */
export async function putRolePolicy(
  db: Db,
  role: RoleRecord,
  policy: { readonly name: string; readonly characters: number; readonly document: string },
): Promise<void> {
  const { name, characters, document } = policy
  await db
    .insertInto('iam_role_policies')
    .values({ ...ofRole(role), name, characters, document })
    .onConflict((conflict) =>
      conflict.columns(['account', 'role_key', 'name']).doUpdateSet({ characters, document }),
    )
    .execute()
}

/** @returns whether there was one. */
export async function deleteRolePolicy(db: Db, role: RoleRecord, name: string): Promise<boolean> {
  const result = await db
    .deleteFrom('iam_role_policies')
    .where((where) => where.and(ofRole(role)))
    .where('name', '=', name)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

export interface Attachment {
  readonly arn: string
  readonly position: number
}

/** The role's managed policies, in the order of attaching. Their number is limited by quota. */
export async function listAttachments(db: Db, role: RoleRecord): Promise<Attachment[]> {
  return db
    .selectFrom('iam_role_attachments')
    .select(['policy_arn as arn', 'position'])
    .where((where) => where.and(ofRole(role)))
    .orderBy('position')
    .execute()
}

export async function insertAttachment(
  db: Db,
  role: RoleRecord,
  attachment: Attachment,
): Promise<void> {
  const { arn: policy_arn, position } = attachment
  await db
    .insertInto('iam_role_attachments')
    .values({ ...ofRole(role), policy_arn, position })
    .execute()
}

/** @returns whether there was one. */
export async function deleteAttachment(db: Db, role: RoleRecord, arn: string): Promise<boolean> {
  const result = await db
    .deleteFrom('iam_role_attachments')
    .where((where) => where.and(ofRole(role)))
    .where('policy_arn', '=', arn)
    .executeTakeFirst()
  return result.numDeletedRows > 0n
}

/** Text that begins with `prefix`, by plain comparison: LIKE would read `%` and `_` in it. */
export function begins(column: 'path', prefix: string) {
  return sql<boolean>`substr(${sql.ref(column)}, 1, ${sql.lit(prefix.length)}) = ${prefix}`
}
