import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestLogs } from '../test-support.ts'

test('a group has none', async () => {
  await using logs = await openTestLogs()
  const group = { logGroupName: 'app' }
  await assert.rejects(logs.call('DescribeSubscriptionFilters', group), {
    code: 'ResourceNotFoundException',
    message: 'The specified log group does not exist.',
  })
  await logs.call('CreateLogGroup', group)
  assert.deepEqual(await logs.call('DescribeSubscriptionFilters', group), {
    subscriptionFilters: [],
  })
})
