import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestLogs } from '../test-support.ts'

const resourceArn = 'arn:aws:logs:eu-west-1:123456789012:log-group:app'

test('takes tags away; keys that are not there are no mistake', async () => {
  await using logs = await openTestLogs()
  await assert.rejects(logs.call('UntagResource', { resourceArn, tagKeys: ['a'] }), {
    code: 'ResourceNotFoundException',
  })
  await logs.call('CreateLogGroup', { logGroupName: 'app', tags: { a: '1', b: '2' } })
  await logs.call('CreateLogGroup', { logGroupName: 'other', tags: { a: '1' } })
  await logs.call('UntagResource', { resourceArn, tagKeys: ['a', 'none'] })
  await logs.call('UntagResource', { resourceArn, tagKeys: [] })
  assert.deepEqual(await logs.call('ListTagsForResource', { resourceArn }), { tags: { b: '2' } })
  const other = await logs.call('ListTagsLogGroup', { logGroupName: 'other' })
  assert.deepEqual(other, { tags: { a: '1' } })
})
