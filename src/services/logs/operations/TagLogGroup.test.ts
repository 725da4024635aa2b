import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tagsMax } from '../limits.ts'
import { openTestLogs } from '../test-support.ts'

const group = { logGroupName: 'app' }

test('tags by the name of the group, what TagResource tags by its ARN', async () => {
  await using logs = await openTestLogs()
  await assert.rejects(logs.call('TagLogGroup', { ...group, tags: { a: '1' } }), {
    code: 'ResourceNotFoundException',
  })
  await logs.call('CreateLogGroup', group)
  await logs.call('TagLogGroup', { ...group, tags: { a: '1' } })
  const resourceArn = 'arn:aws:logs:eu-west-1:123456789012:log-group:app'
  assert.deepEqual(await logs.call('ListTagsForResource', { resourceArn }), { tags: { a: '1' } })
  const many = Object.fromEntries(Array.from({ length: tagsMax }, (_, index) => [`t${index}`, '']))
  // The model of this operation has no TooManyTagsException.
  await assert.rejects(logs.call('TagLogGroup', { ...group, tags: many }), {
    code: 'InvalidParameterException',
  })
})
