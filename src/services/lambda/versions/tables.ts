/** SQL of published versions: one row each, its record as JSON beside the columns that are searched. */
import type { Kysely } from 'kysely'
import type { BlobId, Scope } from '../../../kernel/brand.ts'
import type { Migration } from '../../../store/store.ts'
import { type LayerTables, deleteLayerUses, putLayerUses } from '../layers/tables.ts'
import {
  type ProviderTables,
  deleteProviderUses,
  putProviderUse,
} from '../capacity-providers/tables.ts'
import { latestPublished } from '../names.ts'
import { type VersionRecord, layerPackagesOf } from '../state.ts'
import { type UsageTables, addUsage } from '../usage/tables.ts'

export interface VersionTables {
  lambda_versions: {
    account: string
    region: string
    name: string
    /** -1 for `$LATEST.PUBLISHED`, which lists leave out. */
    version: number
    code: string
    code_bytes: number
    /** 1 while what it is a copy of is being put in place. */
    pending: number
    record: string
  }
}

type Db = Kysely<VersionTables & LayerTables & ProviderTables & UsageTables>

export const versionMigrations: readonly Migration[] = [
  {
    id: 'lambda-0002-versions',
    async up(db) {
      await db.schema
        .createTable('lambda_versions')
        .addColumn('account', 'text', (column) => column.notNull())
        .addColumn('region', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('code', 'text', (column) => column.notNull())
        .addColumn('code_bytes', 'bigint', (column) => column.notNull())
        .addColumn('pending', 'integer', (column) => column.notNull())
        .addColumn('record', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('lambda_versions_key', ['account', 'region', 'name', 'version'])
        .execute()
      await db.schema
        .createIndex('lambda_versions_code')
        .on('lambda_versions')
        .column('code')
        .execute()
    },
  },
]

export async function findVersion(
  db: Db,
  scope: Scope,
  name: string,
  version: string | number,
): Promise<VersionRecord | undefined> {
  const row = await ofFunction(db, scope, name)
    .where('version', '=', numberOf(version))
    .executeTakeFirst()
  return row && read(row.record)
}

/** At most `limit` versions after number `after`, by number. */
export async function listVersions(
  db: Db,
  scope: Scope,
  name: string,
  after: number,
  limit: number,
): Promise<VersionRecord[]> {
  const rows = await ofFunction(db, scope, name)
    .where('version', '>', after)
    .orderBy('version')
    .limit(limit)
    .execute()
  return rows.map((row) => read(row.record))
}

/** Of all functions of an account in a region: at most `limit` after this one, by name and number. */
export async function listAllVersions(
  db: Db,
  scope: Scope,
  after: { readonly name: string; readonly version: number },
  limit: number,
): Promise<VersionRecord[]> {
  const rows = await db
    .selectFrom('lambda_versions')
    .select('record')
    .where('account', '=', scope.account)
    .where('region', '=', scope.region)
    .where('version', '>', 0)
    // Said once more for the index: the page begins here and not at the account's first version.
    .where('name', '>=', after.name)
    .where((where) =>
      where.or([
        where('name', '>', after.name),
        where.and([where('name', '=', after.name), where('version', '>', after.version)]),
      ]),
    )
    .orderBy('name')
    .orderBy('version')
    .limit(limit)
    .execute()
  return rows.map((row) => read(row.record))
}

/** Those that wait for their function's present revision to be put in place. */
export async function listPendingVersions(
  db: Db,
  scope: Scope,
  name: string,
): Promise<VersionRecord[]> {
  const rows = await ofFunction(db, scope, name).where('pending', '=', 1).execute()
  return rows.map((row) => read(row.record))
}

export async function insertVersion(db: Db, record: VersionRecord): Promise<void> {
  const { account, region, name, version } = record
  await db
    .insertInto('lambda_versions')
    .values({ account, region, name, version: numberOf(version), ...columns(record) })
    .execute()
  await addUsage(db, record, { codeBytes: record.config.codeBytes })
  await putProviderUse(db, record)
  const layers = layerPackagesOf(record.config)
  if (layers.length > 0) await putLayerUses(db, record, name, version, layers)
}

export async function updateVersion(db: Db, record: VersionRecord): Promise<void> {
  await db
    .updateTable('lambda_versions')
    .set(columns(record))
    .where('account', '=', record.account)
    .where('region', '=', record.region)
    .where('name', '=', record.name)
    .where('version', '=', numberOf(record.version))
    .execute()
}

export async function deleteVersion(db: Db, record: VersionRecord): Promise<void> {
  await db
    .deleteFrom('lambda_versions')
    .where('account', '=', record.account)
    .where('region', '=', record.region)
    .where('name', '=', record.name)
    .where('version', '=', numberOf(record.version))
    .execute()
  await addUsage(db, record, { codeBytes: -record.config.codeBytes })
  await deleteLayerUses(db, record, record.name, record.version)
  await deleteProviderUses(db, record, record.name, record.version)
}

/** All of a function. @returns what was deleted */
export async function deleteVersions(db: Db, scope: Scope, name: string): Promise<VersionRecord[]> {
  const rows = await ofFunction(db, scope, name).execute()
  await db
    .deleteFrom('lambda_versions')
    .where('account', '=', scope.account)
    .where('region', '=', scope.region)
    .where('name', '=', name)
    .execute()
  const versions = rows.map((row) => read(row.record))
  const codeBytes = versions.reduce((sum, { config }) => sum + config.codeBytes, 0)
  await addUsage(db, scope, { codeBytes: -codeBytes })
  return versions
}

/** Whether any published version, in any account, needs this zip as its code. */
export async function isCodeOfVersion(db: Db, code: BlobId): Promise<boolean> {
  const row = await db
    .selectFrom('lambda_versions')
    .select('name')
    .where('code', '=', code)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

function ofFunction(db: Db, scope: Scope, name: string) {
  return db
    .selectFrom('lambda_versions')
    .select('record')
    .where('account', '=', scope.account)
    .where('region', '=', scope.region)
    .where('name', '=', name)
}

function numberOf(version: string | number): number {
  return version === latestPublished ? -1 : Number(version)
}

function columns(record: VersionRecord) {
  return {
    code: record.config.code,
    code_bytes: record.config.codeBytes,
    pending: record.state.is === 'Pending' ? 1 : 0,
    record: JSON.stringify(record),
  }
}

function read(json: string): VersionRecord {
  return JSON.parse(json) as VersionRecord
}
