/**
 * How SQLite finds what each list and each look-up asks for: in an index, from the place where the page begins, without
 * sorting. A plan that reads an account from its beginning, or all there are, costs more with every function.
 */
import assert from 'node:assert/strict'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import type { BlobId } from '../../kernel/brand.ts'
import { silentLog } from '../../kernel/log.ts'
import { migrate } from '../../store/migrate.ts'
import { kyselyOver } from '../../store/sqlite/dialect.ts'
import type { Statement } from '../../store/sqlite/protocol.ts'
import { listAliases } from './aliases/tables.ts'
import { listProviderUses, listProviders } from './capacity-providers/tables.ts'
import { listCodeSigning } from './code-signing/tables.ts'
import { listMappings } from './event-sources/tables.ts'
import { versionsOfLayer, versionsOfLayers } from './layers/tables.ts'
import { migrations } from './index.ts'
import { findSetting, listAllSettings, listReferring, listSettings } from './settings/tables.ts'
import {
  type LambdaDb,
  type LambdaTables,
  findDeploying,
  findFunction,
  isCodeUsed,
  listFunctions,
} from './tables.ts'
import { FakeClock, scope } from './test-support.ts'
import { usageOf } from './usage/tables.ts'
import { listAllVersions, listVersions } from './versions/tables.ts'

const code = 'ab' as BlobId
const owner = { ...scope, functionName: 'f', qualifier: '' }

/** By what is asked: how far each query gets by an index alone, in SQLite's words. */
const plans: Record<string, [ask: (db: LambdaDb) => Promise<unknown>, plans: string[]]> = {
  findFunction: [(db) => findFunction(db, scope, 'f'), ['account=? AND region=? AND name=?']],
  listFunctions: [(db) => listFunctions(db, scope, 'f', 5), ['account=? AND region=? AND name>?']],
  findDeploying: [(db) => findDeploying(db), ['deploying=?']],
  isCodeUsed: [
    (db) => isCodeUsed(db, code),
    ['code=?', 'serving_code=?', 'code=?', 'code=?', 'code=?'],
  ],
  usageOf: [(db) => usageOf(db, scope), ['account=? AND region=?']],
  listVersions: [
    (db) => listVersions(db, scope, 'f', 0, 5),
    ['account=? AND region=? AND name=? AND version>?'],
  ],
  listAllVersions: [
    (db) => listAllVersions(db, scope, { name: 'f', version: 1 }, 5),
    ['account=? AND region=? AND name>?'],
  ],
  listAliases: [
    (db) => listAliases(db, scope, 'f', 'a', 5),
    ['account=? AND region=? AND function=? AND name>?'],
  ],
  findSetting: [
    (db) => findSetting(db, 'url', owner),
    ['account=? AND region=? AND function=? AND kind=? AND qualifier=?'],
  ],
  listSettings: [
    (db) => listSettings(db, 'url', scope, 'f', 'a', 5),
    ['account=? AND region=? AND function=? AND kind=? AND qualifier>?'],
  ],
  'listAllSettings, of a scope': [
    (db) => listAllSettings(db, 'concurrency', scope),
    ['kind=? AND account=? AND region=?'],
  ],
  'listAllSettings, of all': [(db) => listAllSettings(db, 'concurrency'), ['kind=?']],
  listReferring: [
    (db) => listReferring(db, 'codeSigning', scope, 'arn', 'f', 5),
    ['kind=? AND account=? AND region=? AND reference=? AND function>?'],
  ],
  listMappings: [
    (db) => listMappings(db, scope, {}, 'a', 5),
    ['account=? AND region=? AND uuid>?'],
  ],
  'listMappings, of a function': [
    (db) => listMappings(db, scope, { functionName: 'f' }, 'a', 5),
    ['account=? AND region=? AND function=? AND uuid>?'],
  ],
  'listMappings, of a source': [
    (db) => listMappings(db, scope, { source: 'arn' }, 'a', 5),
    ['account=? AND region=? AND source=? AND uuid>?'],
  ],
  versionsOfLayer: [
    (db) => versionsOfLayer(db, scope, 'l', 5).next(),
    ['account=? AND region=? AND name=? AND version<?'],
  ],
  versionsOfLayers: [
    (db) => versionsOfLayers(db, scope, 'l').next(),
    // The versions of one layer at a time.
    ['account=? AND region=? AND name>?', 'sorts LAST TERM OF ORDER BY'],
  ],
  listCodeSigning: [
    (db) => listCodeSigning(db, scope, 'a', 5),
    ['account=? AND region=? AND id>?'],
  ],
  listProviders: [
    (db) => listProviders(db, scope, undefined, 'a', 5),
    ['account=? AND region=? AND name>?'],
  ],
  listProviderUses: [
    (db) => listProviderUses(db, scope, 'p', { functionName: 'f', version: '1' }, 5),
    ['account=? AND region=? AND provider=? AND function>?'],
  ],
}

test('every page and every look-up begins where an index says', async () => {
  const database = new DatabaseSync(':memory:')
  const found: string[] = []
  const prepared = ({ sql, parameters }: Statement, prefix = '') =>
    database.prepare(prefix + sql).all(...(parameters as string[]))
  const plain = kyselyOver<unknown>(async (statement) => ({
    rows: prepared(statement),
    changes: 0,
  }))
  await migrate(migrations, (_label, body) => body(plain), new FakeClock(), silentLog)
  const db = kyselyOver<LambdaTables>(async (statement) => {
    for (const { detail } of prepared(statement, 'explain query plan ')) {
      found.push(...wordsOf(String(detail)))
    }
    return { rows: [], changes: 0 }
  })
  for (const [name, [ask, expected]] of Object.entries(plans)) {
    found.length = 0
    await ask(db)
    assert.deepEqual(found, expected, name)
  }
  database.close()
})

/** What an index is asked for; anything else that a plan has but headings, as it is. */
function wordsOf(detail: string): string[] {
  if (/^(MULTI-INDEX OR|INDEX \d+)$/.test(detail)) return []
  const sorted = /^USE TEMP B-TREE FOR (.*)$/.exec(detail)?.[1]
  if (sorted !== undefined) return [`sorts ${sorted}`]
  return [/^SEARCH .* \((.*)\)$/.exec(detail)?.[1] ?? detail]
}
