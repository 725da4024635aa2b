/**
 * SQL of layers: one row for each version, one for each layer's last number, and one for each package of a layer that a
 * function or a version uses. The last keep packages whose layer version was deleted.
 */
import type { Kysely } from 'kysely'
import type { BlobId, Scope } from '../../../kernel/brand.ts'
import type { Migration } from '../../../store/store.ts'
import { type UsageTables, addUsage } from '../usage/tables.ts'
import type { LayerVersionRecord } from './layer.ts'

export interface LayerTables {
  lambda_layers: {
    account: string
    region: string
    name: string
    /** The number given last: none is given twice, though versions may be deleted. */
    last_version: number
  }
  lambda_layer_versions: {
    account: string
    region: string
    name: string
    version: number
    code: string
    code_bytes: number
    record: string
  }
  lambda_layer_uses: {
    account: string
    region: string
    function: string
    /** `$LATEST`, or the number of a published one. */
    version: string
    code: string
  }
}

export type LayerDb = Kysely<LayerTables & UsageTables>
type Db = LayerDb

export const layerMigrations: readonly Migration[] = [
  {
    id: 'lambda-0005-layers',
    async up(db) {
      await db.schema
        .createTable('lambda_layers')
        .addColumn('account', 'text', (column) => column.notNull())
        .addColumn('region', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('last_version', 'integer', (column) => column.notNull())
        .addPrimaryKeyConstraint('lambda_layers_key', ['account', 'region', 'name'])
        .execute()
      await db.schema
        .createTable('lambda_layer_versions')
        .addColumn('account', 'text', (column) => column.notNull())
        .addColumn('region', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('version', 'integer', (column) => column.notNull())
        .addColumn('code', 'text', (column) => column.notNull())
        .addColumn('code_bytes', 'bigint', (column) => column.notNull())
        .addColumn('record', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('lambda_layer_versions_key', [
          ...(['account', 'region', 'name', 'version'] as const),
        ])
        .execute()
      await db.schema
        .createTable('lambda_layer_uses')
        .addColumn('account', 'text', (column) => column.notNull())
        .addColumn('region', 'text', (column) => column.notNull())
        .addColumn('function', 'text', (column) => column.notNull())
        .addColumn('version', 'text', (column) => column.notNull())
        .addColumn('code', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('lambda_layer_uses_key', [
          ...(['account', 'region', 'function', 'version', 'code'] as const),
        ])
        .execute()
      for (const table of ['lambda_layer_versions', 'lambda_layer_uses'] as const) {
        await db.schema.createIndex(`${table}_code`).on(table).column('code').execute()
      }
    },
  },
]

export async function findLayerVersion(
  db: Db,
  scope: Scope,
  name: string,
  version: number,
): Promise<LayerVersionRecord | undefined> {
  const row = await ofScope(db, scope)
    .where('name', '=', name)
    .where('version', '=', version)
    .executeTakeFirst()
  return row && read(row.record)
}

/** How many rows are read at once by lists, which pick some of them. */
const batch = 100

/** Versions of one layer with numbers below `before`, the newest first. */
export async function* versionsOfLayer(
  db: Db,
  scope: Scope,
  name: string,
  before: number,
): AsyncGenerator<LayerVersionRecord> {
  let below = before
  for (;;) {
    const rows = await ofScope(db, scope)
      .where('name', '=', name)
      .where('version', '<', below)
      .orderBy('version', 'desc')
      .limit(batch)
      .execute()
    for (const { record } of rows) yield read(record)
    if (rows.length < batch) return
    below = rows.at(-1)?.version ?? 0
  }
}

/** Versions of all layers whose names come after `afterName`: by name, the newest first. */
export async function* versionsOfLayers(
  db: Db,
  scope: Scope,
  afterName: string,
): AsyncGenerator<LayerVersionRecord> {
  let after = { name: afterName, version: 0 }
  for (;;) {
    const { name, version } = after
    const rows = await ofScope(db, scope)
      // Said once more for the index: the page begins here and not at the account's first layer.
      .where('name', '>=', name)
      .where((where) =>
        where.or([
          where('name', '>', name),
          where.and([where('name', '=', name), where('version', '<', version)]),
        ]),
      )
      .orderBy('name')
      .orderBy('version', 'desc')
      .limit(batch)
      .execute()
    for (const { record } of rows) yield read(record)
    const last = rows.at(-1)
    if (rows.length < batch || !last) return
    after = last
  }
}

/** The number that the next version of the layer gets; it is taken by that. */
export async function takeLayerVersion(db: Db, scope: Scope, name: string): Promise<number> {
  const { account, region } = scope
  const row = await db
    .selectFrom('lambda_layers')
    .select('last_version')
    .where('account', '=', account)
    .where('region', '=', region)
    .where('name', '=', name)
    .executeTakeFirst()
  if (!row) {
    await db
      .insertInto('lambda_layers')
      .values({ account, region, name, last_version: 1 })
      .execute()
    return 1
  }
  const version = row.last_version + 1
  await db
    .updateTable('lambda_layers')
    .set({ last_version: version })
    .where('account', '=', account)
    .where('region', '=', region)
    .where('name', '=', name)
    .execute()
  return version
}

export async function insertLayerVersion(db: Db, record: LayerVersionRecord): Promise<void> {
  const { account, region, name, version, code, codeBytes } = record
  const json = JSON.stringify(record)
  await db
    .insertInto('lambda_layer_versions')
    .values({ account, region, name, version, code, code_bytes: codeBytes, record: json })
    .execute()
  await addUsage(db, record, { codeBytes })
}

export async function updateLayerVersion(db: Db, record: LayerVersionRecord): Promise<void> {
  await db
    .updateTable('lambda_layer_versions')
    .set({ record: JSON.stringify(record) })
    .where('account', '=', record.account)
    .where('region', '=', record.region)
    .where('name', '=', record.name)
    .where('version', '=', record.version)
    .execute()
}

export async function deleteLayerVersion(db: Db, record: LayerVersionRecord): Promise<void> {
  await db
    .deleteFrom('lambda_layer_versions')
    .where('account', '=', record.account)
    .where('region', '=', record.region)
    .where('name', '=', record.name)
    .where('version', '=', record.version)
    .execute()
  await addUsage(db, record, { codeBytes: -record.codeBytes })
}

/** What a function uses now, in the place of what it used before. @param version `$LATEST` or a number */
export async function putLayerUses(
  db: Db,
  scope: Scope,
  functionName: string,
  version: string,
  codes: Iterable<BlobId>,
): Promise<void> {
  await deleteLayerUses(db, scope, functionName, version)
  const { account, region } = scope
  const rows = [...new Set(codes)].map((code) => {
    return { account, region, function: functionName, version, code }
  })
  if (rows.length > 0) await db.insertInto('lambda_layer_uses').values(rows).execute()
}

/** Of a whole function, or of one version. */
export async function deleteLayerUses(
  db: Db,
  scope: Scope,
  functionName: string,
  version?: string,
): Promise<void> {
  let query = db
    .deleteFrom('lambda_layer_uses')
    .where('account', '=', scope.account)
    .where('region', '=', scope.region)
    .where('function', '=', functionName)
  if (version !== undefined) query = query.where('version', '=', version)
  await query.execute()
}

/** Whether it is the package of a layer version, or of a layer that somebody still uses. */
export async function isCodeOfLayer(db: Db, code: BlobId): Promise<boolean> {
  for (const table of ['lambda_layer_versions', 'lambda_layer_uses'] as const) {
    const row = await db
      .selectFrom(table)
      .select('account')
      .where('code', '=', code)
      .limit(1)
      .executeTakeFirst()
    if (row) return true
  }
  return false
}

function ofScope(db: Db, scope: Scope) {
  return db
    .selectFrom('lambda_layer_versions')
    .select(['name', 'version', 'record'])
    .where('account', '=', scope.account)
    .where('region', '=', scope.region)
}

function read(json: string): LayerVersionRecord {
  return JSON.parse(json) as LayerVersionRecord
}
