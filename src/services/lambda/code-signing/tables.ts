/** SQL of code signing configurations: one row each. Which function has which is a setting of the function. */
import type { Kysely } from 'kysely'
import type { Scope } from '../../../kernel/brand.ts'
import type { Migration } from '../../../store/store.ts'
import { type CodeSigningRecord, codeSigningId } from './config.ts'

export interface CodeSigningTables {
  lambda_code_signing_configs: {
    account: string
    region: string
    id: string
    record: string
  }
}

type Db = Kysely<CodeSigningTables>

export const codeSigningMigrations: readonly Migration[] = [
  {
    id: 'lambda-0007-code-signing',
    async up(db) {
      await db.schema
        .createTable('lambda_code_signing_configs')
        .addColumn('account', 'text', (column) => column.notNull())
        .addColumn('region', 'text', (column) => column.notNull())
        .addColumn('id', 'text', (column) => column.notNull())
        .addColumn('record', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('lambda_code_signing_configs_key', ['account', 'region', 'id'])
        .execute()
    },
  },
]

/** Undefined when there is none, or it is another account's or region's. */
export async function findCodeSigning(
  db: Db,
  scope: Scope,
  arn: string,
): Promise<CodeSigningRecord | undefined> {
  const id = codeSigningId(arn, scope)
  if (id === undefined) return undefined
  const row = await ofScope(db, scope).where('id', '=', id).executeTakeFirst()
  return row && read(row.record)
}

/** At most `limit` whose ids come after `afterId`, by id. */
export async function listCodeSigning(
  db: Db,
  scope: Scope,
  afterId: string,
  limit: number,
): Promise<CodeSigningRecord[]> {
  const rows = await ofScope(db, scope)
    .where('id', '>', afterId)
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map((row) => read(row.record))
}

/** Inserts it, or puts it in the place of the one that is there. */
export async function putCodeSigning(db: Db, record: CodeSigningRecord): Promise<void> {
  await deleteCodeSigning(db, record)
  const { account, region, id } = record
  await db
    .insertInto('lambda_code_signing_configs')
    .values({ account, region, id, record: JSON.stringify(record) })
    .execute()
}

export async function deleteCodeSigning(db: Db, record: CodeSigningRecord): Promise<void> {
  await db
    .deleteFrom('lambda_code_signing_configs')
    .where('account', '=', record.account)
    .where('region', '=', record.region)
    .where('id', '=', record.id)
    .execute()
}

function ofScope(db: Db, scope: Scope) {
  return db
    .selectFrom('lambda_code_signing_configs')
    .select('record')
    .where('account', '=', scope.account)
    .where('region', '=', scope.region)
}

function read(json: string): CodeSigningRecord {
  return JSON.parse(json) as CodeSigningRecord
}
