import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestLogs, scope, startMs } from '../test-support.ts'

test('creates a group once', async () => {
  await using logs = await openTestLogs()
  await logs.call('CreateLogGroup', { logGroupName: 'app', logGroupClass: 'STANDARD' })
  const { logGroups } = await logs.call<{ logGroups: object[] }>('DescribeLogGroups', {})
  assert.deepEqual(logGroups, [
    {
      logGroupName: 'app',
      creationTime: startMs,
      arn: 'arn:aws:logs:eu-west-1:123456789012:log-group:app:*',
      logGroupArn: 'arn:aws:logs:eu-west-1:123456789012:log-group:app',
      metricFilterCount: 0,
      storedBytes: 0,
      logGroupClass: 'STANDARD',
      deletionProtectionEnabled: false,
    },
  ])
  await assert.rejects(logs.call('CreateLogGroup', { logGroupName: 'app' }), {
    code: 'ResourceAlreadyExistsException',
    message: 'The specified log group already exists',
  })
})

test('a group that a function is writing to exists already', async () => {
  await using logs = await openTestLogs()
  logs.service.sink.open(scope, '/aws/lambda/f', 's').write(startMs, 'hello')
  await assert.rejects(logs.call('CreateLogGroup', { logGroupName: '/aws/lambda/f' }), {
    code: 'ResourceAlreadyExistsException',
  })
})

test('refuses reserved names and settings that would have no effect', async () => {
  await using logs = await openTestLogs()
  const refused = [
    { kmsKeyId: 'arn:aws:kms:eu-west-1:123456789012:key/k' },
    { logGroupClass: 'DELIVERY' },
    { tags: { 'aws:team': 'a' } },
  ]
  for (const setting of refused) {
    await assert.rejects(logs.call('CreateLogGroup', { logGroupName: 'app', ...setting }), {
      code: 'InvalidParameterException',
      message: /kmsKeyId|logGroupClass|aws:team/,
    })
  }
  await assert.rejects(logs.call('CreateLogGroup', { logGroupName: 'aws/mine' }), {
    message: 'Log groups starting with AWS/ are reserved for AWS.',
  })
  assert.deepEqual(await logs.call('DescribeLogGroups', {}), { logGroups: [] })
})

test('a group has its tags, class and protection from the beginning', async () => {
  await using logs = await openTestLogs()
  const settings = { logGroupClass: 'INFREQUENT_ACCESS', deletionProtectionEnabled: true }
  const tags = { team: 'a', empty: '' }
  await logs.call('CreateLogGroup', { logGroupName: 'app', tags, ...settings })
  const { logGroups } = await logs.call<{ logGroups: object[] }>('DescribeLogGroups', {})
  assert.deepEqual(logGroups, [{ ...logGroups[0], ...settings }])
  assert.deepEqual(await logs.call('ListTagsLogGroup', { logGroupName: 'app' }), { tags })
})
