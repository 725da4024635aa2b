import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestLogs, startMs } from '../test-support.ts'

test('creates an empty stream once', async () => {
  await using logs = await openTestLogs()
  const stream = { logGroupName: 'app', logStreamName: '2026/11/21/[$LATEST]ab' }
  await assert.rejects(logs.call('CreateLogStream', stream), {
    code: 'ResourceNotFoundException',
    message: 'The specified log group does not exist.',
  })
  await logs.call('CreateLogGroup', { logGroupName: 'app' })
  await logs.call('CreateLogStream', stream)
  assert.deepEqual(await logs.call('DescribeLogStreams', { logGroupName: 'app' }), {
    logStreams: [
      {
        logStreamName: '2026/11/21/[$LATEST]ab',
        creationTime: startMs,
        arn: 'arn:aws:logs:eu-west-1:123456789012:log-group:app:log-stream:2026/11/21/[$LATEST]ab',
        storedBytes: 0,
      },
    ],
  })
  await assert.rejects(logs.call('CreateLogStream', stream), {
    code: 'ResourceAlreadyExistsException',
    message: 'The specified log stream already exists',
  })
})
