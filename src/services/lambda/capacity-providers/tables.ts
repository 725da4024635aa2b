/** SQL of capacity providers, one row each, and of the functions and versions that use them. */
import type { Kysely } from 'kysely'
import type { Scope } from '../../../kernel/brand.ts'
import type { Migration } from '../../../store/store.ts'
import type { FunctionRecord, VersionRecord } from '../state.ts'
import type { ProviderRecord } from './provider.ts'

export interface ProviderTables {
  lambda_capacity_providers: {
    account: string
    region: string
    name: string
    state: string
    record: string
  }
  /** Versions of functions, `$LATEST` too, that run on a provider's capacity. */
  lambda_capacity_provider_uses: {
    account: string
    region: string
    function: string
    /** As the function's API names it. */
    version: string
    provider: string
  }
}

type Db = Kysely<ProviderTables>

export const providerMigrations: readonly Migration[] = [
  {
    id: 'lambda-0008-capacity-providers',
    async up(db) {
      await db.schema
        .createTable('lambda_capacity_providers')
        .addColumn('account', 'text', (column) => column.notNull())
        .addColumn('region', 'text', (column) => column.notNull())
        .addColumn('name', 'text', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull())
        .addColumn('record', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('lambda_capacity_providers_key', ['account', 'region', 'name'])
        .execute()
      await db.schema
        .createTable('lambda_capacity_provider_uses')
        .addColumn('account', 'text', (column) => column.notNull())
        .addColumn('region', 'text', (column) => column.notNull())
        .addColumn('function', 'text', (column) => column.notNull())
        .addColumn('version', 'text', (column) => column.notNull())
        .addColumn('provider', 'text', (column) => column.notNull())
        .addPrimaryKeyConstraint('lambda_capacity_provider_uses_key', [
          ...(['account', 'region', 'function', 'version'] as const),
        ])
        .execute()
      await db.schema
        .createIndex('lambda_capacity_provider_uses_provider')
        .on('lambda_capacity_provider_uses')
        .columns(['account', 'region', 'provider'])
        .execute()
    },
  },
  {
    id: 'lambda-0013-pages-of-provider-uses',
    async up(db) {
      await db.schema.dropIndex('lambda_capacity_provider_uses_provider').execute()
      await db.schema
        .createIndex('lambda_capacity_provider_uses_page')
        .on('lambda_capacity_provider_uses')
        .columns(['account', 'region', 'provider', 'function', 'version'])
        .execute()
    },
  },
]

export async function findProvider(
  db: Db,
  scope: Scope,
  name: string,
): Promise<ProviderRecord | undefined> {
  const row = await ofScope(db, scope).where('name', '=', name).executeTakeFirst()
  return row && read(row.record)
}

/** At most `limit` whose names come after `afterName`, by name. */
export async function listProviders(
  db: Db,
  scope: Scope,
  state: string | undefined,
  afterName = '',
  limit = Number.MAX_SAFE_INTEGER,
): Promise<ProviderRecord[]> {
  let query = ofScope(db, scope).where('name', '>', afterName).orderBy('name').limit(limit)
  if (state !== undefined) query = query.where('state', '=', state)
  const rows = await query.execute()
  return rows.map((row) => read(row.record))
}

/** In all accounts and regions: what a restart has to go on with. */
export async function listChangingProviders(db: Db): Promise<ProviderRecord[]> {
  const rows = await db
    .selectFrom('lambda_capacity_providers')
    .select('record')
    .where('state', '!=', 'Active')
    .execute()
  return rows.map((row) => read(row.record))
}

/** Inserts it, or puts it in the place of the one with its name. */
export async function putProvider(db: Db, provider: ProviderRecord): Promise<void> {
  await deleteProvider(db, provider)
  const { account, region, name, state } = provider
  await db
    .insertInto('lambda_capacity_providers')
    .values({ account, region, name, state, record: JSON.stringify(provider) })
    .execute()
}

export async function deleteProvider(
  db: Db,
  { account, region, name }: ProviderRecord,
): Promise<void> {
  await db
    .deleteFrom('lambda_capacity_providers')
    .where('account', '=', account)
    .where('region', '=', region)
    .where('name', '=', name)
    .execute()
}

export interface ProviderUse {
  readonly functionName: string
  readonly version: string
}

/** At most `limit` versions after this one, by function and version. */
export async function listProviderUses(
  db: Db,
  scope: Scope,
  provider: string,
  after: ProviderUse = { functionName: '', version: '' },
  limit = Number.MAX_SAFE_INTEGER,
): Promise<ProviderUse[]> {
  const rows = await db
    .selectFrom('lambda_capacity_provider_uses')
    .select(['function', 'version'])
    .where('account', '=', scope.account)
    .where('region', '=', scope.region)
    .where('provider', '=', provider)
    // Said once more for the index: the page begins here and not at the provider's first function.
    .where('function', '>=', after.functionName)
    .where((where) =>
      where.or([
        where('function', '>', after.functionName),
        where.and([
          where('function', '=', after.functionName),
          where('version', '>', after.version),
        ]),
      ]),
    )
    .orderBy('function')
    .orderBy('version')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ functionName: row.function, version: row.version }))
}

/** In the transaction that stores a function or a version: what it uses, if anything. */
export async function putProviderUse(
  db: Db,
  record: FunctionRecord | VersionRecord,
): Promise<void> {
  const version = 'version' in record ? record.version : '$LATEST'
  await deleteProviderUses(db, record, record.name, version)
  const provider = record.config.managedInstances?.provider
  if (provider === undefined) return
  const { account, region, name } = record
  await db
    .insertInto('lambda_capacity_provider_uses')
    .values({ account, region, function: name, version, provider })
    .execute()
}

/** Of a function, or of one of its versions. */
export async function deleteProviderUses(
  db: Db,
  scope: Scope,
  functionName: string,
  version?: string,
): Promise<void> {
  let query = db
    .deleteFrom('lambda_capacity_provider_uses')
    .where('account', '=', scope.account)
    .where('region', '=', scope.region)
    .where('function', '=', functionName)
  if (version !== undefined) query = query.where('version', '=', version)
  await query.execute()
}

function ofScope(db: Db, scope: Scope) {
  return db
    .selectFrom('lambda_capacity_providers')
    .select('record')
    .where('account', '=', scope.account)
    .where('region', '=', scope.region)
}

function read(json: string): ProviderRecord {
  return JSON.parse(json) as ProviderRecord
}
