import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestLogs } from '../test-support.ts'

const group = { logGroupName: 'app' }
const refused = { code: 'ValidationException', message: /deletion protection/ }

test('a protected group and its streams cannot be deleted until it is not any more', async () => {
  await using logs = await openTestLogs()
  const arn = 'arn:aws:logs:eu-west-1:123456789012:log-group:app'
  const protect = (logGroupIdentifier: string, deletionProtectionEnabled: boolean) =>
    logs.call('PutLogGroupDeletionProtection', { logGroupIdentifier, deletionProtectionEnabled })
  await assert.rejects(protect('app', true), { code: 'ResourceNotFoundException' })
  await logs.call('CreateLogGroup', group)
  const stream = { ...group, logStreamName: 's' }
  await logs.call('CreateLogStream', stream)
  await protect('app', true)
  await assert.rejects(logs.call('DeleteLogGroup', group), refused)
  await assert.rejects(logs.call('DeleteLogStream', stream), refused)
  await protect(arn, false)
  await logs.call('DeleteLogStream', stream)
  await logs.call('DeleteLogGroup', group)
})
