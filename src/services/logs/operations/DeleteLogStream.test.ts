import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type LoggedEvent, messagesOf, openTestLogs, scope, startMs } from '../test-support.ts'

test('only that stream and its bytes are gone', async () => {
  await using logs = await openTestLogs()
  const logGroupName = '/aws/lambda/f'
  logs.service.sink.open(scope, logGroupName, 'a').write(startMs, 'of a')
  logs.service.sink.open(scope, logGroupName, 'b').write(startMs, 'of b')
  await logs.call('DeleteLogStream', { logGroupName, logStreamName: 'a' })
  const page = await logs.call<{ events: LoggedEvent[] }>('FilterLogEvents', { logGroupName })
  assert.deepEqual(messagesOf(page), ['of b'])
  const { logGroups } = await logs.call<{ logGroups: { storedBytes: number }[] }>(
    'DescribeLogGroups',
    {},
  )
  assert.deepEqual(
    logGroups.map((group) => group.storedBytes),
    ['of b'.length + 26],
  )
  await assert.rejects(logs.call('DeleteLogStream', { logGroupName, logStreamName: 'a' }), {
    code: 'ResourceNotFoundException',
    message: 'The specified log stream does not exist.',
  })
  await assert.rejects(logs.call('DeleteLogStream', { logGroupName: 'x', logStreamName: 'a' }), {
    message: 'The specified log group does not exist.',
  })
})
