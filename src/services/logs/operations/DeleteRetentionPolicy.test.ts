import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestLogs } from '../test-support.ts'

test('events do not expire any more; a group without a policy is no mistake', async () => {
  await using logs = await openTestLogs()
  const group = { logGroupName: 'app' }
  await assert.rejects(logs.call('DeleteRetentionPolicy', group), {
    code: 'ResourceNotFoundException',
  })
  await logs.call('CreateLogGroup', group)
  const before = await logs.call('DescribeLogGroups', {})
  await logs.call('PutRetentionPolicy', { ...group, retentionInDays: 1 })
  await logs.call('DeleteRetentionPolicy', group)
  await logs.call('DeleteRetentionPolicy', group)
  assert.deepEqual(await logs.call('DescribeLogGroups', {}), before)
})
