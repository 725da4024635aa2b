import assert from 'node:assert/strict'
import { test } from 'node:test'
import { tagsMax } from '../limits.ts'
import { openTestLogs, scope, startMs } from '../test-support.ts'

const resourceArn = 'arn:aws:logs:eu-west-1:123456789012:log-group:app'
const nothing = { code: 'ResourceNotFoundException' }

test('adds tags, and replaces those of the same key', async () => {
  await using logs = await openTestLogs()
  await logs.call('CreateLogGroup', { logGroupName: 'app', tags: { a: '1', b: '2' } })
  await logs.call('TagResource', { resourceArn, tags: { b: '', 'c d': 'ä' } })
  assert.deepEqual(await logs.call('ListTagsForResource', { resourceArn }), {
    tags: { a: '1', b: '', 'c d': 'ä' },
  })
})

test('a group has at most fifty, and none of AWS`s own', async () => {
  await using logs = await openTestLogs()
  await logs.call('CreateLogGroup', { logGroupName: 'app', tags: { first: '' } })
  const many = Object.fromEntries(Array.from({ length: tagsMax }, (_, index) => [`t${index}`, '']))
  await assert.rejects(logs.call('TagResource', { resourceArn, tags: many }), {
    code: 'TooManyTagsException',
    fields: { resourceName: resourceArn },
  })
  await assert.rejects(logs.call('TagResource', { resourceArn, tags: { 'AWS:x': '' } }), {
    code: 'InvalidParameterException',
  })
  assert.deepEqual(await logs.call('ListTagsForResource', { resourceArn }), { tags: { first: '' } })
  const asMany = Object.fromEntries(
    Object.keys(many)
      .slice(1)
      .map((key) => [key, 'x']),
  )
  await logs.call('TagResource', { resourceArn, tags: { ...asMany, first: 'replaced' } })
})

test('only log groups of the caller`s own that are there', async () => {
  await using logs = await openTestLogs()
  const tags = { a: '1' }
  await assert.rejects(logs.call('TagResource', { resourceArn, tags }), nothing)
  const destination = 'arn:aws:logs:eu-west-1:123456789012:destination:d'
  await assert.rejects(logs.call('TagResource', { resourceArn: destination, tags }), nothing)
  const others: [arn: string, code: string][] = [
    ['app', 'InvalidParameterException'],
    [`${resourceArn}:*`, 'InvalidParameterException'],
    ['arn:aws:lambda:eu-west-1:123456789012:function:f', 'InvalidParameterException'],
    [resourceArn.replace('123456789012', '210987654321'), 'AccessDeniedException'],
  ]
  for (const [arn, code] of others) {
    await assert.rejects(logs.call('TagResource', { resourceArn: arn, tags }), { code }, arn)
  }
})

test('a group that a function is about to make can be tagged; deleted, its tags are gone', async () => {
  await using logs = await openTestLogs()
  logs.service.sink.open(scope, 'app', 's').write(startMs, 'hello')
  await logs.call('TagResource', { resourceArn, tags: { a: '1' } })
  await logs.call('DeleteLogGroup', { logGroupName: 'app' })
  await logs.call('CreateLogGroup', { logGroupName: 'app' })
  assert.deepEqual(await logs.call('ListTagsForResource', { resourceArn }), { tags: {} })
})
