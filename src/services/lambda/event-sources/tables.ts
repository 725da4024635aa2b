/** SQL of event source mappings: one row each. */
import type { Kysely } from 'kysely'
import type { Scope } from '../../../kernel/brand.ts'
import type { Migration } from '../../../store/store.ts'
import { type MappingRecord, isChanging } from './mapping.ts'

export interface MappingTables {
  lambda_event_source_mappings: {
    account: string
    region: string
    uuid: string
    function: string
    /** Empty for a cluster of one's own. */
    source: string
    /** 1 while a change is under way. */
    changing: number
    record: string
  }
}

type Db = Kysely<MappingTables>

export const mappingMigrations: readonly Migration[] = [
  {
    id: 'lambda-0006-event-source-mappings',
    async up(db) {
      await db.schema
        .createTable('lambda_event_source_mappings')
        .addColumn('account', 'text', (column) => column.notNull())
        .addColumn('region', 'text', (column) => column.notNull())
        .addColumn('uuid', 'text', (column) => column.notNull())
        .addColumn('function', 'text', (column) => column.notNull())
        .addColumn('source', 'text', (column) => column.notNull())
        .addColumn('changing', 'integer', (column) => column.notNull())
        .addColumn('record', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('lambda_event_source_mappings_key', ['account', 'region', 'uuid'])
        .execute()
      for (const column of ['function', 'source'] as const) {
        await db.schema
          .createIndex(`lambda_event_source_mappings_${column}`)
          .on('lambda_event_source_mappings')
          .columns(['account', 'region', column])
          .execute()
      }
    },
  },
  {
    id: 'lambda-0012-pages-of-event-source-mappings',
    async up(db) {
      for (const column of ['function', 'source'] as const) {
        await db.schema.dropIndex(`lambda_event_source_mappings_${column}`).execute()
        await db.schema
          .createIndex(`lambda_event_source_mappings_page_${column}`)
          .on('lambda_event_source_mappings')
          // In the order of a page: one function's mappings are found without looking at the account's.
          .columns(['account', 'region', column, 'uuid'])
          .execute()
      }
    },
  },
]

export async function findMapping(
  db: Db,
  scope: Scope,
  uuid: string,
): Promise<MappingRecord | undefined> {
  const row = await ofScope(db, scope).where('uuid', '=', uuid).executeTakeFirst()
  return row && read(row.record)
}

export interface MappingFilter {
  readonly functionName?: string | undefined
  readonly source?: string | undefined
}

/** At most `limit` mappings after `afterUuid`, by UUID. */
export async function listMappings(
  db: Db,
  scope: Scope,
  { functionName, source }: MappingFilter,
  afterUuid = '',
  limit = Number.MAX_SAFE_INTEGER,
): Promise<MappingRecord[]> {
  let query = ofScope(db, scope).where('uuid', '>', afterUuid).orderBy('uuid').limit(limit)
  if (functionName !== undefined) query = query.where('function', '=', functionName)
  if (source !== undefined) query = query.where('source', '=', source)
  const rows = await query.execute()
  return rows.map((row) => read(row.record))
}

/** In all accounts and regions. */
export async function listAllMappings(db: Db): Promise<MappingRecord[]> {
  const rows = await db.selectFrom('lambda_event_source_mappings').select('record').execute()
  return rows.map((row) => read(row.record))
}

/** Inserts it, or puts it in the place of the one with its UUID. */
export async function putMapping(db: Db, mapping: MappingRecord): Promise<void> {
  await deleteMapping(db, mapping)
  const { account, region, uuid, functionName, settings } = mapping
  await db
    .insertInto('lambda_event_source_mappings')
    .values({
      account,
      region,
      uuid,
      function: functionName,
      source: settings.EventSourceArn ?? '',
      changing: isChanging(mapping) ? 1 : 0,
      record: JSON.stringify(mapping),
    })
    .execute()
}

export async function deleteMapping(
  db: Db,
  { account, region, uuid }: MappingRecord,
): Promise<void> {
  await db
    .deleteFrom('lambda_event_source_mappings')
    .where('account', '=', account)
    .where('region', '=', region)
    .where('uuid', '=', uuid)
    .execute()
}

function ofScope(db: Db, scope: Scope) {
  return db
    .selectFrom('lambda_event_source_mappings')
    .select('record')
    .where('account', '=', scope.account)
    .where('region', '=', scope.region)
}

function read(json: string): MappingRecord {
  return JSON.parse(json) as MappingRecord
}
