/**
 * Fills a disk, for disk-full.test.ts. Argument: an empty directory on a small file system of its own, where
 * filling it hurts nobody. Prints what it saw as one line of JSON.
 */
import { randomBytes } from 'node:crypto'
import { closeSync, openSync, readdirSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'

import { zipSync } from 'fflate'

import { systemClock } from '../kernel/clock.ts'
import { silentLog } from '../kernel/log.ts'
import { extractArchive } from './archive/archive.ts'
import { openFileBlobs } from './blobs/file-blobs.ts'
import { migrations } from './crash-tables.test-kit.ts'
import type { CrashTables } from './crash-tables.test-kit.ts'
import { openDataDirectory } from './data-directory.ts'
import { openMasterKey } from './master-key.ts'
import { openSqliteStore } from './sqlite/sqlite-store.ts'

const [root = ''] = process.argv.slice(2)
const filler = join(root, 'filler')

/** Takes all the room there is, but for so much. */
function fill(room: number): void {
  const { bavail, bsize } = statfsSync(root)
  const file = openSync(filler, 'w')
  for (let left = bavail * bsize - room; left > 0; left -= 65_536) {
    writeSync(file, Buffer.alloc(Math.min(left, 65_536), 1))
  }
  closeSync(file)
}

const nameOf = async (work: Promise<unknown>): Promise<string> => {
  try {
    await work
    return 'no error'
  } catch (error) {
    return error instanceof Error ? error.name : String(error)
  }
}

const store = await (async () => {
  const directory = await openDataDirectory(join(root, 'data'))
  const blobs = await openFileBlobs(directory.blobs, await openMasterKey(directory.key, 'create'))
  const settings = { file: directory.database, migrations, clock: systemClock, log: silentLog }
  return { directory, blobs, sql: await openSqliteStore(settings) }
})()

const pad = 'x'.repeat(100_000)
const acknowledged: string[] = []
let number = 0

async function insert(way: 'write' | 'transaction'): Promise<void> {
  const row = { id: `${way}-${number++}`, pad }
  if (way === 'write') {
    const query = store.sql.reader<CrashTables>().insertInto('half').values(row).compile()
    await store.sql.write('TEST:WRITE', [query])
  } else {
    await store.sql.transaction<CrashTables, void>('TEST:TRANSACTION', async (db) => {
      await db.insertInto('half').values(row).execute()
    })
  }
  acknowledged.push(row.id)
}

async function untilItFails(way: 'write' | 'transaction'): Promise<string> {
  for (;;) {
    const name = await nameOf(insert(way))
    if (name !== 'no error') return name
  }
}

const openAnother = (): Promise<string> => {
  const file = join(root, 'data', 'other.db')
  return nameOf(openSqliteStore({ file, migrations, clock: systemClock, log: silentLog }))
}

const idsThere = async (): Promise<string[]> => {
  const rows = await store.sql.reader<CrashTables>().selectFrom('half').select('id').execute()
  return rows.map(({ id }) => id).toSorted()
}

const archive = zipSync({
  'a/small': new Uint8Array(10),
  'a/big': [randomBytes(2_000_000), { level: 0 }],
})
const limits = { unzippedBytesMax: 262_144_000, entryCountMax: 100 }

fill(1_000_000)
const seen = {
  write: await untilItFails('write'),
  transaction: await untilItFails('transaction'),
  group: await Promise.all([
    nameOf(insert('write')),
    nameOf(insert('transaction')),
    nameOf(insert('write')),
  ]),
  blob: await nameOf(store.blobs.put(randomBytes(2_000_000))),
  temporary: readdirSync(join(store.directory.blobs, 'tmp')),
  extract: await nameOf(extractArchive(archive, join(store.directory.run, 'code'), limits)),
  unpacked: readdirSync(store.directory.run),
  openDatabase: await openAnother(),
  openDirectory: await nameOf(openDataDirectory(join(root, 'other'))),
  readable: (await idsThere()).join() === acknowledged.toSorted().join(),
  acknowledged: acknowledged.length,
}
// Room again: everything goes on without a restart.
rmSync(filler)
const recovered = {
  write: await nameOf(insert('write')),
  transaction: await nameOf(insert('transaction')),
  blob: await nameOf(store.blobs.put(randomBytes(2_000_000))),
  extract: await nameOf(extractArchive(archive, join(store.directory.run, 'code'), limits)),
  readable: (await idsThere()).join() === acknowledged.toSorted().join(),
}
await store.sql[Symbol.asyncDispose]()
await store.directory[Symbol.asyncDispose]()
console.log(JSON.stringify({ seen, recovered }))
