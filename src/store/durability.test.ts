/**
 * kill -9 at any moment loses nothing that was acknowledged, tears nothing apart, and leaves nothing that
 * would keep the next server out. When it fails, it prints its seed.
 */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { after, before, test } from 'node:test'

import { systemClock } from '../kernel/clock.ts'
import type { BlobId } from '../kernel/brand.ts'
import { silentLog } from '../kernel/log.ts'
import { testSeed } from '../../test/kit/seed.ts'
import { openFileBlobs } from './blobs/file-blobs.ts'
import { migrations } from './crash-tables.test-kit.ts'
import type { CrashTables } from './crash-tables.test-kit.ts'
import { openDataDirectory } from './data-directory.ts'
import { openMasterKey } from './master-key.ts'
import type { CommitFault } from './sqlite/protocol.ts'
import { openSqliteStore } from './sqlite/sqlite-store.ts'

const child = new URL('./crash-child.test-kit.ts', import.meta.url).pathname

interface Acknowledged {
  readonly pairs: string[]
  readonly blobs: BlobId[]
}

let parent = ''
before(async () => {
  parent = await mkdtemp(join(tmpdir(), 'durability-'))
})
after(() => rm(parent, { recursive: true, force: true }))

/** Runs a server until it has acknowledged so much, then kills it; or until it dies of its fault. */
async function crash(
  path: string,
  name: string,
  how: { readonly afterAcks: number } | { readonly fault: CommitFault },
): Promise<Acknowledged> {
  const fault = 'fault' in how ? [JSON.stringify(how.fault)] : []
  const server = spawn(process.execPath, [child, path, name, ...fault], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // Twenty starts of the same program.
    env: { ...process.env, NODE_COMPILE_CACHE: join(parent, 'compiled') },
  })
  const exited = once(server, 'exit')
  const acknowledged: Acknowledged = { pairs: [], blobs: [] }
  let count = 0
  for await (const line of createInterface(server.stdout)) {
    const [, kind, id = ''] = line.split(' ')
    if (kind === 'pair') acknowledged.pairs.push(id)
    if (kind === 'blob') acknowledged.blobs.push(id as BlobId)
    count += 1
    if ('afterAcks' in how && count === how.afterAcks) server.kill('SIGKILL')
  }
  assert.deepEqual(await exited, [null, 'SIGKILL'])
  return acknowledged
}

/** Opens what the dead left and looks for everything acknowledged. Returns the ids of all pairs found. */
async function verify(path: string, acknowledged: Acknowledged, hint: string): Promise<string[]> {
  await using directory = await openDataDirectory(path)
  const blobs = await openFileBlobs(directory.blobs, await openMasterKey(directory.key, 'create'))
  await using store = await openSqliteStore({
    file: directory.database,
    migrations,
    clock: systemClock,
    log: silentLog,
  })
  const rows = await store.reader<CrashTables>().selectFrom('half').select('id').execute()
  const found = new Set(rows.map(({ id }) => id))
  const lost = acknowledged.pairs.filter(
    (id) => !found.has(`${id}/left`) || !found.has(`${id}/right`),
  )
  assert.deepEqual(lost, [], `acknowledged and lost; ${hint}`)
  const lefts = [...found].filter((id) => id.endsWith('/left')).map((id) => id.slice(0, -5))
  assert.equal(found.size, lefts.length * 2, `halves of a transaction; ${hint}`)
  for (const id of lefts) assert.ok(found.has(`${id}/right`), `half a transaction; ${hint}`)
  for (const id of acknowledged.blobs) assert.ok((await blobs.get(id)).length > 0, hint)
  assert.deepEqual(await readdir(join(directory.blobs, 'tmp')), [], hint)
  return lefts
}

test('20 servers killed in the middle of writing lose nothing acknowledged', async () => {
  let state = testSeed
  // Lehmer's generator: reproducible is all it has to be.
  const next = (below: number): number => (state = (state * 48271 + 1) % 0x7fffffff) % below
  const path = join(parent, 'killed')
  const all: Acknowledged = { pairs: [], blobs: [] }
  for (let round = 0; round < 20; round++) {
    const hint = `LAMBDAD_TEST_SEED=${testSeed}, round ${round}`
    const acknowledged = await crash(path, `r${round}`, { afterAcks: 1 + next(400) })
    await verify(path, acknowledged, hint)
    all.pairs.push(...acknowledged.pairs)
    all.blobs.push(...acknowledged.blobs)
  }
  await verify(path, all, `LAMBDAD_TEST_SEED=${testSeed}, after all rounds`)
  assert.ok(all.pairs.length >= 20 && all.blobs.length > 0)
})

test('killed just before the commit, nothing of it is there; just after, all of it', async () => {
  const label = 'TEST:TRANSACTION'
  const ofTransactions = (ids: string[]): string[] => ids.filter((id) => id.includes('transaction'))
  const early = join(parent, 'before')
  const unfinished = await crash(early, 'x', { fault: { label, effect: 'kill-before-commit' } })
  assert.deepEqual(ofTransactions(unfinished.pairs), [])
  assert.deepEqual(ofTransactions(await verify(early, unfinished, 'before')), [])

  const late = join(parent, 'after')
  const finished = await crash(late, 'x', { fault: { label, effect: 'kill-after-commit' } })
  assert.deepEqual(ofTransactions(finished.pairs), [])
  assert.notDeepEqual(ofTransactions(await verify(late, finished, 'after')), [])
})
