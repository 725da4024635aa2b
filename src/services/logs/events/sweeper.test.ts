import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLog } from '../../../kernel/log.ts'
import type { Store } from '../../../store/store.ts'
import { createLogsService } from '../index.ts'
import { chunksPerSweep } from '../limits.ts'
import {
  FakeClock,
  callerOf,
  openTestStore,
  scope,
  startMs,
  temporaryDirectory,
} from '../test-support.ts'
import { Sweeper } from './sweeper.ts'
import type { EventTables } from './tables.ts'

const groupName = '/aws/lambda/f'

async function countChunks(store: Store): Promise<number> {
  const rows = await store
    .reader<EventTables>()
    .selectFrom('logs_chunks')
    .select('first_ms')
    .execute()
  return rows.length
}

test('removes the chunks of deleted streams in slices, and goes on where a restart interrupted it', async () => {
  await using directory = await temporaryDirectory()
  await using store = await openTestStore(directory.path)
  {
    await using logs = createLogsService({ store, clock: new FakeClock(), log: silentLog })
    const kept = logs.sink.open(scope, '/aws/lambda/kept', 's')
    const writer = logs.sink.open(scope, groupName, 's')
    for (let index = 0; index < 3 * chunksPerSweep; index += 1) {
      writer.write(startMs, String(index))
      kept.write(startMs, String(index))
      await logs.flush()
    }
    // Disposal comes before the sweep is over: it ends with the slice it is at.
    await callerOf(logs)('DeleteLogGroup', { logGroupName: groupName })
  }
  assert.ok((await countChunks(store)) > 3 * chunksPerSweep)
  await using sweeper = new Sweeper(store, silentLog)
  await sweeper.sweep()
  assert.equal(await countChunks(store), 3 * chunksPerSweep)
})

test('a store that is closed ends it quietly', async () => {
  await using directory = await temporaryDirectory()
  const store = await openTestStore(directory.path)
  await store[Symbol.asyncDispose]()
  const warnings: string[] = []
  const log = { ...silentLog, warn: (_: object, message: string) => void warnings.push(message) }
  await new Sweeper(store, log).sweep()
  assert.deepEqual(warnings, [])
})
