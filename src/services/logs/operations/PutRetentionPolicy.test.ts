import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type LoggedEvent,
  type TestLogs,
  messagesOf,
  openTestLogs,
  scope,
  startMs,
} from '../test-support.ts'

const group = { logGroupName: '/aws/lambda/f' }
const dayMs = 24 * 3_600_000

async function readable(logs: TestLogs): Promise<string[][]> {
  const stream = { ...group, logStreamName: 's', startFromHead: true }
  const pages = [
    await logs.call<{ events: LoggedEvent[] }>('FilterLogEvents', group),
    await logs.call<{ events: LoggedEvent[] }>('GetLogEvents', stream),
  ]
  return pages.map(messagesOf)
}

test('events are gone for readers when they are older than that, to the millisecond', async () => {
  await using logs = await openTestLogs()
  const writer = logs.service.sink.open(scope, group.logGroupName, 's')
  writer.write(startMs - 3 * dayMs, 'old')
  writer.write(startMs, 'new')
  await logs.call('PutRetentionPolicy', { ...group, retentionInDays: 3 })
  const { logGroups } = await logs.call<{ logGroups: { retentionInDays?: number }[] }>(
    'DescribeLogGroups',
    {},
  )
  assert.equal(logGroups[0]?.retentionInDays, 3)
  assert.deepEqual(await readable(logs), [
    ['old', 'new'],
    ['old', 'new'],
  ])
  logs.clock.advance(1)
  assert.deepEqual(await readable(logs), [['new'], ['new']])
  await logs.call('PutRetentionPolicy', { ...group, retentionInDays: 5 })
  assert.deepEqual((await readable(logs))[0], ['old', 'new'])
})

test('only the numbers of days that AWS knows, and groups that are there', async () => {
  await using logs = await openTestLogs()
  for (const retentionInDays of [0, 2, -1, 3654]) {
    await assert.rejects(logs.call('PutRetentionPolicy', { ...group, retentionInDays }), {
      code: 'InvalidParameterException',
      message: /Valid values are 1, 3, 5, .*, 3653\.$/,
    })
  }
  await assert.rejects(logs.call('PutRetentionPolicy', { ...group, retentionInDays: 3653 }), {
    code: 'ResourceNotFoundException',
  })
})
