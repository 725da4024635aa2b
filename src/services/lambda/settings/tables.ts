/**
 * SQL of what belongs to a function, or to one of its versions or aliases, and is not part of its configuration:
 * policies, limits, URLs. One row each, of one table; `kinds.ts` says what there is.
 */
import type { Kysely } from 'kysely'
import type { Scope } from '../../../kernel/brand.ts'
import type { Migration } from '../../../store/store.ts'
import type { SettingKinds } from './kinds.ts'

export interface SettingTables {
  lambda_settings: {
    account: string
    region: string
    function: string
    /** Empty for the function as a whole; else as the setting's operations name it. */
    qualifier: string
    kind: string
    /** What it names, for kinds that are looked for by that (`referenceOf`); else empty. */
    reference: string
    record: string
  }
}

type Db = Kysely<SettingTables>
type Kind = keyof SettingKinds

/** What a setting belongs to. */
export interface SettingOwner extends Scope {
  readonly functionName: string
  readonly qualifier: string
}

export interface Setting<Of extends Kind> extends SettingOwner {
  readonly record: SettingKinds[Of]
}

export const settingMigrations: readonly Migration[] = [
  {
    id: 'lambda-0004-settings',
    async up(db) {
      await db.schema
        .createTable('lambda_settings')
        .addColumn('account', 'text', (column) => column.notNull())
        .addColumn('region', 'text', (column) => column.notNull())
        .addColumn('function', 'text', (column) => column.notNull())
        .addColumn('qualifier', 'text', (column) => column.notNull())
        .addColumn('kind', 'text', (column) => column.notNull())
        .addColumn('record', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('lambda_settings_key', [
          ...(['account', 'region', 'function', 'kind', 'qualifier'] as const),
        ])
        .execute()
      await db.schema
        .createIndex('lambda_settings_kind')
        .on('lambda_settings')
        .columns(['kind', 'account', 'region'])
        .execute()
    },
  },
  {
    id: 'lambda-0011-setting-references',
    async up(db) {
      await db.schema
        .alterTable('lambda_settings')
        .addColumn('reference', 'text', (column) => column.notNull().defaultTo(''))
        .execute()
      await db.schema.dropIndex('lambda_settings_kind').execute()
      await db.schema
        .createIndex('lambda_settings_reference')
        .on('lambda_settings')
        .columns(['kind', 'account', 'region', 'reference', 'function'])
        .execute()
      const tables = db as Db
      for (const { record, ...owner } of await listAllSettings(tables, 'codeSigning')) {
        await putSetting(tables, 'codeSigning', owner, record)
      }
    },
  },
]

export async function findSetting<Of extends Kind>(
  db: Db,
  kind: Of,
  owner: SettingOwner,
): Promise<SettingKinds[Of] | undefined> {
  const row = await ofFunction(db, kind, owner, owner.functionName)
    .where('qualifier', '=', owner.qualifier)
    .executeTakeFirst()
  return row && (JSON.parse(row.record) as SettingKinds[Of])
}

/** Of one function, by qualifier: at most `limit` after `afterQualifier`, which no qualifier is equal to when undefined. */
export async function listSettings<Of extends Kind>(
  db: Db,
  kind: Of,
  scope: Scope,
  functionName: string,
  afterQualifier?: string,
  limit = Number.MAX_SAFE_INTEGER,
): Promise<Setting<Of>[]> {
  let query = ofFunction(db, kind, scope, functionName).orderBy('qualifier').limit(limit)
  if (afterQualifier !== undefined) query = query.where('qualifier', '>', afterQualifier)
  const rows = await query.execute()
  return rows.map((row) => read(row))
}

/** Of all functions; of an account in a region, or of all. In no order. */
export async function listAllSettings<Of extends Kind>(
  db: Db,
  kind: Of,
  scope?: Scope,
): Promise<Setting<Of>[]> {
  let query = db.selectFrom('lambda_settings').selectAll().where('kind', '=', kind)
  if (scope) {
    query = query.where('account', '=', scope.account).where('region', '=', scope.region)
  }
  const rows = await query.execute()
  return rows.map((row) => read(row))
}

/** Names of functions whose setting names `reference`: at most `limit` after `afterFunction`, by name. */
export async function listReferring(
  db: Db,
  kind: Kind,
  scope: Scope,
  reference: string,
  afterFunction = '',
  limit = Number.MAX_SAFE_INTEGER,
): Promise<string[]> {
  const rows = await db
    .selectFrom('lambda_settings')
    .select('function')
    .where('kind', '=', kind)
    .where('account', '=', scope.account)
    .where('region', '=', scope.region)
    .where('reference', '=', reference)
    .where('function', '>', afterFunction)
    .orderBy('function')
    .limit(limit)
    .execute()
  return rows.map((row) => row.function)
}

/** Inserts it, or puts it in the place of the one that is there. */
export async function putSetting<Of extends Kind>(
  db: Db,
  kind: Of,
  owner: SettingOwner,
  record: SettingKinds[Of],
): Promise<void> {
  await deleteSetting(db, kind, owner)
  const { account, region, functionName, qualifier } = owner
  await db
    .insertInto('lambda_settings')
    .values({
      account,
      region,
      function: functionName,
      qualifier,
      kind,
      reference: referenceOf(record),
      record: JSON.stringify(record),
    })
    .execute()
}

export async function deleteSetting(db: Db, kind: Kind, owner: SettingOwner): Promise<void> {
  await db
    .deleteFrom('lambda_settings')
    .where('account', '=', owner.account)
    .where('region', '=', owner.region)
    .where('function', '=', owner.functionName)
    .where('kind', '=', kind)
    .where('qualifier', '=', owner.qualifier)
    .execute()
}

/** All of a function, or of one of its versions or aliases. */
export async function deleteSettings(
  db: Db,
  scope: Scope,
  functionName: string,
  qualifier?: string,
): Promise<void> {
  let query = db
    .deleteFrom('lambda_settings')
    .where('account', '=', scope.account)
    .where('region', '=', scope.region)
    .where('function', '=', functionName)
  if (qualifier !== undefined) query = query.where('qualifier', '=', qualifier)
  await query.execute()
}

function referenceOf(record: SettingKinds[Kind]): string {
  return 'configArn' in record ? record.configArn : ''
}

function ofFunction(db: Db, kind: Kind, scope: Scope, functionName: string) {
  return db
    .selectFrom('lambda_settings')
    .selectAll()
    .where('account', '=', scope.account)
    .where('region', '=', scope.region)
    .where('function', '=', functionName)
    .where('kind', '=', kind)
}

function read<Of extends Kind>(row: SettingTables['lambda_settings']): Setting<Of> {
  const { account, region, qualifier } = row
  return {
    account: account as Scope['account'],
    region: region as Scope['region'],
    functionName: row.function,
    qualifier,
    record: JSON.parse(row.record) as SettingKinds[Of],
  }
}
