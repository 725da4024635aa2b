/**
 * A server that does nothing but write, for durability.test.ts to kill. Arguments: the data directory, a name
 * for its rows, and optionally a fault as JSON. Says `ack <kind> <id>` only after the store has resolved.
 */
import { writeSync } from 'node:fs'

import { systemClock } from '../kernel/clock.ts'
import { silentLog } from '../kernel/log.ts'
import { openFileBlobs } from './blobs/file-blobs.ts'
import { migrations } from './crash-tables.test-kit.ts'
import type { CrashTables } from './crash-tables.test-kit.ts'
import { openDataDirectory } from './data-directory.ts'
import { openMasterKey } from './master-key.ts'
import type { CommitFault } from './sqlite/protocol.ts'
import { openSqliteStore } from './sqlite/sqlite-store.ts'

const [path = '', name = '', faultText] = process.argv.slice(2)
const fault = faultText === undefined ? undefined : (JSON.parse(faultText) as CommitFault)

const directory = await openDataDirectory(path)
const blobs = await openFileBlobs(directory.blobs, await openMasterKey(directory.key, 'create'))
const store = await openSqliteStore({
  file: directory.database,
  migrations,
  clock: systemClock,
  log: silentLog,
  ...(fault === undefined ? {} : { fault }),
})

// Not console.log: what was said must have left the process before it goes on, or dies.
const acknowledge = (kind: string, id: string): void => {
  writeSync(1, `ack ${kind} ${id}\n`)
}

let number = 0
const nextId = (way: 'write' | 'transaction' | 'blob'): string => `${name}-${way}-${number++}`
const halves = (id: string) => [
  { id: `${id}/left`, pad: 'x'.repeat(number % 500) },
  { id: `${id}/right`, pad: 'y'.repeat(number % 3000) },
]

async function writeForEver(): Promise<never> {
  for (;;) {
    const id = nextId('write')
    const into = store.reader<CrashTables>().insertInto('half')
    await store.write(
      'TEST:WRITE',
      halves(id).map((half) => into.values(half).compile()),
    )
    acknowledge('pair', id)
  }
}

async function transactForEver(): Promise<never> {
  for (;;) {
    const id = nextId('transaction')
    await store.transaction<CrashTables, void>('TEST:TRANSACTION', async (db) => {
      for (const half of halves(id)) await db.insertInto('half').values(half).execute()
    })
    acknowledge('pair', id)
  }
}

async function putForEver(): Promise<never> {
  for (;;) {
    const text = nextId('blob').repeat(20_000)
    acknowledge('blob', await blobs.put(Buffer.from(text)))
  }
}

await Promise.all([
  ...Array.from({ length: 8 }, writeForEver),
  ...Array.from({ length: 4 }, transactForEver),
  putForEver(),
])
