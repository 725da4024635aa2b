import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestLogs } from '../test-support.ts'

test('the tags of a group by its name', async () => {
  await using logs = await openTestLogs()
  await assert.rejects(logs.call('ListTagsLogGroup', { logGroupName: 'app' }), {
    code: 'ResourceNotFoundException',
  })
  await logs.call('CreateLogGroup', { logGroupName: 'app', tags: { b: '2', a: '1' } })
  assert.deepEqual(await logs.call('ListTagsLogGroup', { logGroupName: 'app' }), {
    tags: { a: '1', b: '2' },
  })
})
