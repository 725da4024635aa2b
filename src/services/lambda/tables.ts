/**
 * SQL of functions, and all tables of this service together; SQL of what belongs to functions is in the `tables.ts` of
 * its folder. A function is one row: its record as JSON, beside the columns that are searched.
 */
import type { Kysely } from 'kysely'
import type { BlobId, Scope } from '../../kernel/brand.ts'
import type { Migration } from '../../store/store.ts'
import { type AliasTables, aliasMigrations } from './aliases/tables.ts'
import { type CodeSigningTables, codeSigningMigrations } from './code-signing/tables.ts'
import { type ProviderTables, providerMigrations } from './capacity-providers/tables.ts'
import { type LayerTables, isCodeOfLayer, layerMigrations } from './layers/tables.ts'
import { type MappingTables, mappingMigrations } from './event-sources/tables.ts'
import { type SettingTables, settingMigrations } from './settings/tables.ts'
import { type FunctionRecord, type VersionConfig, isDeploying, noSettings } from './state.ts'
import { type UsageTables, usageMigrations } from './usage/tables.ts'
import { type VersionTables, isCodeOfVersion, versionMigrations } from './versions/tables.ts'

export interface LambdaTables
  extends
    CodeSigningTables,
    ProviderTables,
    VersionTables,
    AliasTables,
    SettingTables,
    LayerTables,
    MappingTables,
    UsageTables {
  lambda_functions: {
    account: string
    region: string
    name: string
    /** The zip its present configuration names. */
    code: string
    /** The zip that still serves during an update; equal to `code` otherwise. */
    serving_code: string
    code_bytes: number
    /** 1 while its deployment is under way. */
    deploying: number
    record: string
  }
}

/** Of a transaction or for reading: what rules that ask for other rows are given. */
export type LambdaDb = Kysely<LambdaTables>
type Db = LambdaDb

export const migrations: readonly Migration[] = [
  {
    id: 'lambda-0001-functions',
    async up(db) {
      await db.schema
        .createTable('lambda_functions')
        .addColumn('account', 'text', (column) => column.notNull())
        .addColumn('region', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('code', 'text', (column) => column.notNull())
        .addColumn('serving_code', 'text', (column) => column.notNull())
        .addColumn('deploying', 'integer', (column) => column.notNull())
        .addColumn('record', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('lambda_functions_key', ['account', 'region', 'name'])
        .execute()
      await db.schema
        .createIndex('lambda_functions_code')
        .on('lambda_functions')
        .column('code')
        .execute()
      await db.schema
        .createIndex('lambda_functions_serving_code')
        .on('lambda_functions')
        .column('serving_code')
        .execute()
    },
  },
  ...versionMigrations,
  ...aliasMigrations,
  ...settingMigrations,
  ...mappingMigrations,
  ...layerMigrations,
  ...codeSigningMigrations,
  ...providerMigrations,
  ...usageMigrations,
  {
    id: 'lambda-0005-code-bytes',
    async up(db) {
      await db.schema
        .alterTable('lambda_functions')
        .addColumn('code_bytes', 'bigint', (column) => column.notNull().defaultTo(0))
        .execute()
      const tables = db as Db
      const rows = await tables.selectFrom('lambda_functions').select('record').execute()
      for (const { record } of rows) await updateFunction(tables, read(record))
    },
  },
  {
    id: 'lambda-0010-deploying-functions',
    async up(db) {
      await db.schema
        .createIndex('lambda_functions_deploying')
        .on('lambda_functions')
        .column('deploying')
        .where('deploying', '=', 1)
        .execute()
    },
  },
]

export async function findFunction(
  db: Db,
  scope: Scope,
  name: string,
): Promise<FunctionRecord | undefined> {
  const row = await db
    .selectFrom('lambda_functions')
    .select('record')
    .where('account', '=', scope.account)
    .where('region', '=', scope.region)
    .where('name', '=', name)
    .executeTakeFirst()
  return row && read(row.record)
}

/** At most `limit` functions whose names come after `afterName`, by name. */
export async function listFunctions(
  db: Db,
  scope: Scope,
  afterName: string,
  limit: number,
): Promise<FunctionRecord[]> {
  const rows = await db
    .selectFrom('lambda_functions')
    .select('record')
    .where('account', '=', scope.account)
    .where('region', '=', scope.region)
    .where('name', '>', afterName)
    .orderBy('name')
    .limit(limit)
    .execute()
  return rows.map((row) => read(row.record))
}

/** In all accounts and regions: what a restart has to go on with. */
export async function findDeploying(db: Db): Promise<FunctionRecord[]> {
  const rows = await db
    .selectFrom('lambda_functions')
    .select('record')
    // Written out: of a parameter SQLite does not know that the index of these alone will do.
    .where((where) => where('deploying', '=', where.lit(1)))
    .execute()
  return rows.map((row) => read(row.record))
}

export async function insertFunction(db: Db, record: FunctionRecord): Promise<void> {
  const { account, region, name } = record
  await db
    .insertInto('lambda_functions')
    .values({ account, region, name, ...columns(record) })
    .execute()
}

export async function updateFunction(db: Db, record: FunctionRecord): Promise<void> {
  await db
    .updateTable('lambda_functions')
    .set(columns(record))
    .where('account', '=', record.account)
    .where('region', '=', record.region)
    .where('name', '=', record.name)
    .execute()
}

export async function deleteFunction(db: Db, record: FunctionRecord): Promise<void> {
  await db
    .deleteFrom('lambda_functions')
    .where('account', '=', record.account)
    .where('region', '=', record.region)
    .where('name', '=', record.name)
    .execute()
}

/** Whether any function, version or layer, in any account, still needs this zip. */
export async function isCodeUsed(db: Db, code: BlobId): Promise<boolean> {
  const row = await db
    .selectFrom('lambda_functions')
    .select('name')
    .where((where) => where.or([where('code', '=', code), where('serving_code', '=', code)]))
    .limit(1)
    .executeTakeFirst()
  return row !== undefined || (await isCodeOfVersion(db, code)) || (await isCodeOfLayer(db, code))
}

/** Those of `codes` that `isCodeUsed` is true of, asked together: a start looks at all there are. */
export async function usedCodes(db: Db, codes: readonly BlobId[]): Promise<Set<string>> {
  const places = [
    db.selectFrom('lambda_functions').select('code').where('code', 'in', codes),
    db
      .selectFrom('lambda_functions')
      .select('serving_code as code')
      .where('serving_code', 'in', codes),
    db.selectFrom('lambda_versions').select('code').where('code', 'in', codes),
    db.selectFrom('lambda_layer_versions').select('code').where('code', 'in', codes),
    db.selectFrom('lambda_layer_uses').select('code').where('code', 'in', codes),
  ]
  const used = new Set<string>()
  for (const place of places) {
    for (const { code } of await place.distinct().execute()) used.add(code)
  }
  return used
}

function columns(record: FunctionRecord) {
  return {
    code: record.config.code,
    serving_code: record.serving?.config.code ?? record.config.code,
    code_bytes: record.config.codeBytes,
    deploying: isDeploying(record) ? 1 : 0,
    record: JSON.stringify(record),
  }
}

function read(json: string): FunctionRecord {
  const record = JSON.parse(json) as FunctionRecord
  return { ...record, config: withDefaults(record.config), lastVersion: record.lastVersion ?? 0 }
}

/** What a record of before there were such settings lacks. */
const lacking = { ...noSettings, unzippedBytes: 0 }

function withDefaults(config: VersionConfig): VersionConfig {
  return { ...lacking, ...config }
}
