import assert from 'node:assert/strict'
import { test } from 'node:test'
import { silentLog } from '../../../kernel/log.ts'
import { Sweeper } from '../events/sweeper.ts'
import type { EventTables } from '../events/tables.ts'
import { type LoggedEvent, messagesOf, openTestLogs, scope, startMs } from '../test-support.ts'

const group = { logGroupName: '/aws/lambda/f' }

test('the group, its streams and their events are gone, from the disk as well', async () => {
  await using logs = await openTestLogs()
  await assert.rejects(logs.call('DeleteLogGroup', group), {
    code: 'ResourceNotFoundException',
    message: 'The specified log group does not exist.',
  })
  for (const stream of ['a', 'b']) {
    logs.service.sink.open(scope, '/aws/lambda/f', stream).write(startMs, 'hello')
  }
  // Lines that still wait in memory are deleted as well.
  await logs.call('DeleteLogGroup', group)
  assert.deepEqual(await logs.call('DescribeLogGroups', {}), { logGroups: [] })
  await assert.rejects(logs.call('FilterLogEvents', group), { code: 'ResourceNotFoundException' })
  await new Sweeper(logs.store, silentLog).sweep()
  const db = logs.store.reader<EventTables>()
  assert.deepEqual(await db.selectFrom('logs_chunks').select('first_ms').execute(), [])
  assert.deepEqual(await db.selectFrom('logs_doomed_streams').selectAll().execute(), [])
})

test('a function that goes on logging brings its group back, without the old events', async () => {
  await using logs = await openTestLogs()
  const writer = logs.service.sink.open(scope, '/aws/lambda/f', 'a')
  const other = logs.service.sink.open(scope, '/aws/lambda/g', 'a')
  writer.write(startMs, 'before')
  other.write(startMs, 'of another group')
  await logs.call('DeleteLogGroup', group)
  writer.write(startMs, 'after')
  other.write(startMs, 'still there')
  const page = await logs.call<{ events: LoggedEvent[] }>('FilterLogEvents', group)
  assert.deepEqual(messagesOf(page), ['after'])
  const rest = await logs.call<{ events: LoggedEvent[] }>('FilterLogEvents', {
    logGroupName: '/aws/lambda/g',
  })
  assert.deepEqual(messagesOf(rest), ['of another group', 'still there'])
})
