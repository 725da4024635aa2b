/** The schema of crash-child.test-kit.ts: rows that come in pairs, `<id>/left` and `<id>/right`. */
import type { Migration } from './store.ts'

export interface CrashTables {
  half: { id: string; pad: string }
}

export const migrations: readonly Migration[] = [
  {
    id: 'test-0001-halves',
    up: async (db) => {
      await db.schema
        .createTable('half')
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('pad', 'text', (column) => column.notNull())
        .execute()
    },
  },
]
