/**
 * SQL of what an account has in a region: one row of running totals. Adding everything up whenever somebody asks would
 * cost more with every function.
 * Invariant: a total changes in the transaction that inserts, changes or deletes what it counts. Called by: functions.ts
 * and the `tables.ts` of versions and of layers.
 */
import type { Kysely } from 'kysely'
import type { Scope } from '../../../kernel/brand.ts'
import type { Migration } from '../../../store/store.ts'

export interface UsageTables {
  lambda_usage: {
    account: string
    region: string
    functions: number
    /** Of all packages: of functions, versions and layers. */
    code_bytes: number
  }
}

type Db = Kysely<UsageTables>

/** What the totals were made of when they came: columns of these tables. */
interface CountedTables {
  lambda_functions: { account: string; region: string; code_bytes: number }
  lambda_versions: { account: string; region: string; code_bytes: number }
  lambda_layer_versions: { account: string; region: string; code_bytes: number }
}

export const usageMigrations: readonly Migration[] = [
  {
    id: 'lambda-0009-usage',
    async up(db) {
      await db.schema
        .createTable('lambda_usage')
        .addColumn('account', 'text', (column) => column.notNull())
        .addColumn('region', 'text', (column) => column.notNull())
        .addColumn('functions', 'integer', (column) => column.notNull())
        .addColumn('code_bytes', 'bigint', (column) => column.notNull())
        .addPrimaryKeyConstraint('lambda_usage_key', ['account', 'region'])
        .execute()
      const tables = db as Kysely<UsageTables & CountedTables>
      for (const table of [
        'lambda_functions',
        'lambda_versions',
        'lambda_layer_versions',
      ] as const) {
        const rows = await tables
          .selectFrom(table)
          .select(({ fn }) => [
            ...(['account', 'region'] as const),
            fn.countAll().as('count'),
            fn.sum('code_bytes').as('bytes'),
          ])
          .groupBy(['account', 'region'])
          .execute()
        for (const { account, region, count, bytes } of rows) {
          const functions = table === 'lambda_functions' ? Number(count) : 0
          const scope = { account, region } as Scope
          await addUsage(tables, scope, { functions, codeBytes: Number(bytes) })
        }
      }
    },
  },
]

export interface Usage {
  readonly functions: number
  readonly codeBytes: number
}

export async function usageOf(db: Db, scope: Scope): Promise<Usage> {
  const row = await db
    .selectFrom('lambda_usage')
    .select(['functions', 'code_bytes'])
    .where('account', '=', scope.account)
    .where('region', '=', scope.region)
    .executeTakeFirst()
  return { functions: row?.functions ?? 0, codeBytes: row?.code_bytes ?? 0 }
}

/** Only in the transaction that makes it true. @param change what comes, or negative what goes */
export async function addUsage(db: Db, scope: Scope, change: Partial<Usage>): Promise<void> {
  const { functions = 0, codeBytes = 0 } = change
  if (functions === 0 && codeBytes === 0) return
  const { account, region } = scope
  await db
    .insertInto('lambda_usage')
    .values({ account, region, functions, code_bytes: codeBytes })
    .onConflict((conflict) =>
      conflict.columns(['account', 'region']).doUpdateSet((set) => ({
        functions: set('lambda_usage.functions', '+', set.ref('excluded.functions')),
        code_bytes: set('lambda_usage.code_bytes', '+', set.ref('excluded.code_bytes')),
      })),
    )
    .execute()
}
