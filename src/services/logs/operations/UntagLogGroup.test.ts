import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestLogs } from '../test-support.ts'

test('takes tags away by the name of the group', async () => {
  await using logs = await openTestLogs()
  const group = { logGroupName: 'app' }
  await assert.rejects(logs.call('UntagLogGroup', { ...group, tags: ['a'] }), {
    code: 'ResourceNotFoundException',
  })
  await logs.call('CreateLogGroup', { ...group, tags: { a: '1', b: '2' } })
  await logs.call('UntagLogGroup', { ...group, tags: ['a', 'none'] })
  assert.deepEqual(await logs.call('ListTagsLogGroup', group), { tags: { b: '2' } })
})
