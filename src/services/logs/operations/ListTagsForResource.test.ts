import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestLogs } from '../test-support.ts'

test('the tags of a group, of which there may be none', async () => {
  await using logs = await openTestLogs()
  const resourceArn = 'arn:aws:logs:eu-west-1:123456789012:log-group:app'
  await assert.rejects(logs.call('ListTagsForResource', { resourceArn }), {
    code: 'ResourceNotFoundException',
    message: 'The specified log group does not exist.',
  })
  await logs.call('CreateLogGroup', { logGroupName: 'app' })
  assert.deepEqual(await logs.call('ListTagsForResource', { resourceArn }), { tags: {} })
})
