/**
 * The tables of this service. The queries are in entity-tables.ts, permission-tables.ts, link-tables.ts and
 * policy-tables.ts; there is no SQL elsewhere.
 *
 * An entity (a role, a user, a group, an instance profile, a provider) is one row: its record as JSON, beside the
 * columns that are searched. Entities and policies are found and sorted by `name_key`, see `keyOf` in names.ts.
 */
import type { ColumnDefinitionBuilder, CreateTableBuilder, Kysely, SchemaModule } from 'kysely'
import { sql } from '../../store/kysely/index.js'
import type { Migration } from '../../store/store.ts'

export interface IamTables {
  iam_entities: {
    account: string
    /** A `Kind`, see state.ts. */
    kind: string
    name_key: string
    path: string
    boundary_arn: string | null
    record: string
    /** What is too long to be read with every list: a SAML provider's metadata. */
    document: string | null
  }
  iam_inline_policies: {
    account: string
    kind: string
    entity_key: string
    name: string
    /** As the quota counts them. */
    characters: number
    document: string
  }
  iam_attachments: {
    account: string
    kind: string
    entity_key: string
    policy_arn: string
    /** Counts up within the entity: the order of attaching. */
    position: number
  }
  /** Who is in what: users in groups, roles in instance profiles. */
  iam_links: {
    account: string
    /** The kind of the container. */
    kind: string
    container_key: string
    member_key: string
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

/** As they were before there were entities other than roles. */
interface FirstTables {
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
    characters: number
    document: string
  }
  iam_role_attachments: {
    account: string
    role_key: string
    policy_arn: string
    position: number
  }
}

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
  {
    id: 'iam-0002-entities',
    async up(db) {
      await createEntityTables(db.schema)
      await moveRoles(db)
      for (const name of ['iam_roles', 'iam_role_policies', 'iam_role_attachments']) {
        await db.schema.dropTable(name).execute()
      }
    },
  },
]

async function createEntityTables(schema: SchemaModule): Promise<void> {
  const entity = { account: 'text', kind: 'text', name_key: 'text' } as const
  await table(schema, 'iam_entities', entity)
    .addColumn('path', 'text', notNull)
    .addColumn('boundary_arn', 'text')
    .addColumn('record', 'text', notNull)
    .addColumn('document', 'text')
    .execute()
  const inline = { account: 'text', kind: 'text', entity_key: 'text', name: 'text' } as const
  await table(schema, 'iam_inline_policies', inline)
    .addColumn('characters', 'integer', notNull)
    .addColumn('document', 'text', notNull)
    .execute()
  const attached = {
    account: 'text',
    kind: 'text',
    entity_key: 'text',
    policy_arn: 'text',
  } as const
  await table(schema, 'iam_attachments', attached)
    .addColumn('position', 'integer', notNull)
    .execute()
  const link = { account: 'text', kind: 'text', container_key: 'text', member_key: 'text' } as const
  await table(schema, 'iam_links', link).execute()
  for (const [name, columns] of [
    ['iam_entities', ['account', 'boundary_arn']],
    ['iam_entities', ['kind', 'name_key']],
    ['iam_attachments', ['account', 'policy_arn']],
    ['iam_links', ['account', 'kind', 'member_key']],
  ] as const) {
    const index = schema.createIndex(`${name}_by_${columns.at(-1)}`).on(name)
    await index.columns([...columns]).execute()
  }
}

async function moveRoles(db: Kysely<IamTables & FirstTables>): Promise<void> {
  const role = sql.lit('role').as('kind')
  await db
    .insertInto('iam_entities')
    .columns(['account', 'kind', 'name_key', 'path', 'boundary_arn', 'record'])
    .expression(
      db
        .selectFrom('iam_roles')
        .select(['account', role, 'name_key', 'path', 'boundary_arn', 'record']),
    )
    .execute()
  await db
    .insertInto('iam_inline_policies')
    .columns(['account', 'kind', 'entity_key', 'name', 'characters', 'document'])
    .expression(
      db
        .selectFrom('iam_role_policies')
        .select(['account', role, 'role_key', 'name', 'characters', 'document']),
    )
    .execute()
  await db
    .insertInto('iam_attachments')
    .columns(['account', 'kind', 'entity_key', 'policy_arn', 'position'])
    .expression(
      db
        .selectFrom('iam_role_attachments')
        .select(['account', role, 'role_key', 'policy_arn', 'position']),
    )
    .execute()
}

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

/** Text that begins with `prefix`, by plain comparison: LIKE would read `%` and `_` in it. */
export function begins(column: 'path' | 'iam_entities.path', prefix: string) {
  return sql<boolean>`substr(${sql.ref(column)}, 1, ${sql.lit(prefix.length)}) = ${prefix}`
}
