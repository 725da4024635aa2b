/** SQL of aliases: one row each. */
import type { Kysely } from 'kysely'
import type { Scope } from '../../../kernel/brand.ts'
import type { Migration } from '../../../store/store.ts'
import type { AliasRecord } from './alias.ts'

export interface AliasTables {
  lambda_aliases: {
    account: string
    region: string
    function: string
    name: string
    record: string
  }
}

type Db = Kysely<AliasTables>

export const aliasMigrations: readonly Migration[] = [
  {
    id: 'lambda-0003-aliases',
    async up(db) {
      await db.schema
        .createTable('lambda_aliases')
        .addColumn('account', 'text', (column) => column.notNull())
        .addColumn('region', 'text', (column) => column.notNull())
        .addColumn('function', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('record', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('lambda_aliases_key', ['account', 'region', 'function', 'name'])
        .execute()
    },
  },
]

export async function findAlias(
  db: Db,
  scope: Scope,
  functionName: string,
  name: string,
): Promise<AliasRecord | undefined> {
  const row = await ofFunction(db, scope, functionName).where('name', '=', name).executeTakeFirst()
  return row && read(row.record)
}

/** At most `limit` aliases whose names come after `afterName`, by name. */
export async function listAliases(
  db: Db,
  scope: Scope,
  functionName: string,
  afterName = '',
  limit = Number.MAX_SAFE_INTEGER,
): Promise<AliasRecord[]> {
  const rows = await ofFunction(db, scope, functionName)
    .where('name', '>', afterName)
    .orderBy('name')
    .limit(limit)
    .execute()
  return rows.map((row) => read(row.record))
}

/** Inserts it, or puts it in the place of the one of that name. */
export async function putAlias(db: Db, record: AliasRecord): Promise<void> {
  const { account, region, functionName, name } = record
  await deleteAlias(db, record)
  await db
    .insertInto('lambda_aliases')
    .values({ account, region, function: functionName, name, record: JSON.stringify(record) })
    .execute()
}

export async function deleteAlias(db: Db, record: AliasRecord): Promise<void> {
  await db
    .deleteFrom('lambda_aliases')
    .where('account', '=', record.account)
    .where('region', '=', record.region)
    .where('function', '=', record.functionName)
    .where('name', '=', record.name)
    .execute()
}

/** All of a function. */
export async function deleteAliases(db: Db, scope: Scope, functionName: string): Promise<void> {
  await db
    .deleteFrom('lambda_aliases')
    .where('account', '=', scope.account)
    .where('region', '=', scope.region)
    .where('function', '=', functionName)
    .execute()
}

function ofFunction(db: Db, scope: Scope, functionName: string) {
  return db
    .selectFrom('lambda_aliases')
    .select('record')
    .where('account', '=', scope.account)
    .where('region', '=', scope.region)
    .where('function', '=', functionName)
}

function read(json: string): AliasRecord {
  return JSON.parse(json) as AliasRecord
}
