import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TestLogs, openTestLogs, scope, startMs } from '../test-support.ts'

interface Page {
  logGroups: { logGroupName: string }[]
  nextToken?: string
}

async function openWith(...groups: string[]): Promise<TestLogs> {
  const logs = await openTestLogs()
  for (const logGroupName of groups) await logs.call('CreateLogGroup', { logGroupName })
  return logs
}

async function names(logs: TestLogs, input: object): Promise<string[]> {
  const { logGroups } = await logs.call<Page>('DescribeLogGroups', input)
  return logGroups.map((group) => group.logGroupName)
}

test('in ASCII order, by prefix, and by a part of the name', async () => {
  await using logs = await openWith('b', '/aws/lambda/f_1', 'B', '/aws/lambda/fx1', '/aws/batch/a')
  assert.deepEqual(await names(logs, {}), [
    '/aws/batch/a',
    '/aws/lambda/f_1',
    '/aws/lambda/fx1',
    'B',
    'b',
  ])
  const prefix = { logGroupNamePrefix: '/aws/lambda/f_' }
  assert.deepEqual(await names(logs, prefix), ['/aws/lambda/f_1'])
  assert.deepEqual(await names(logs, { logGroupNamePattern: 'b' }), [
    '/aws/batch/a',
    '/aws/lambda/f_1',
    '/aws/lambda/fx1',
    'b',
  ])
  const { logGroups } = await logs.call<Page>('DescribeLogGroups', { logGroupNamePattern: 'B' })
  assert.deepEqual(logGroups, [
    {
      logGroupName: 'B',
      creationTime: startMs,
      arn: 'arn:aws:logs:eu-west-1:123456789012:log-group:B:*',
    },
  ])
})

test('in pages', async () => {
  await using logs = await openWith('a', 'b', 'c', 'd')
  const first = await logs.call<Page>('DescribeLogGroups', { limit: 2 })
  const second = await logs.call<Page>('DescribeLogGroups', {
    limit: 2,
    nextToken: first.nextToken,
  })
  assert.deepEqual(
    [...first.logGroups, ...second.logGroups].map((group) => group.logGroupName),
    ['a', 'b', 'c', 'd'],
  )
  assert.equal(second.nextToken, undefined)
  for (const nextToken of ['?', 'WzFd', 'bnVsbA']) {
    await assert.rejects(logs.call('DescribeLogGroups', { nextToken }), {
      code: 'InvalidParameterException',
      message: 'The specified nextToken is invalid.',
    })
  }
})

test('by identifiers', async () => {
  await using logs = await openWith('a', 'b', 'c')
  const arn = 'arn:aws:logs:eu-west-1:123456789012:log-group:c'
  assert.deepEqual(await names(logs, { logGroupIdentifiers: ['a', arn, 'none'] }), ['a', 'c'])
  await assert.rejects(
    logs.call('DescribeLogGroups', { logGroupIdentifiers: ['a'], logGroupNamePrefix: 'a' }),
    { code: 'InvalidParameterException' },
  )
  await assert.rejects(
    logs.call('DescribeLogGroups', { logGroupNamePattern: 'a', logGroupNamePrefix: 'a' }),
    { code: 'InvalidParameterException' },
  )
})

test('by class: the two cheaper ones come together', async () => {
  await using logs = await openWith('a')
  for (const logGroupClass of ['INFREQUENT_ACCESS', 'ESSENTIALS']) {
    await logs.call('CreateLogGroup', { logGroupName: logGroupClass, logGroupClass })
  }
  const cheaper = ['ESSENTIALS', 'INFREQUENT_ACCESS']
  assert.deepEqual(await names(logs, {}), [...cheaper, 'a'])
  assert.deepEqual(await names(logs, { logGroupClass: 'STANDARD' }), ['a'])
  assert.deepEqual(await names(logs, { logGroupClass: 'ESSENTIALS' }), cheaper)
  assert.deepEqual(await names(logs, { logGroupClass: 'INFREQUENT_ACCESS' }), cheaper)
})

test('other accounts, regions and classes have none of them', async () => {
  await using logs = await openWith('a')
  assert.deepEqual(await names(logs, { accountIdentifiers: ['210987654321'] }), [])
  assert.deepEqual(await names(logs, { accountIdentifiers: [scope.account] }), ['a'])
  assert.deepEqual(await names(logs, { logGroupClass: 'DELIVERY' }), [])
  const elsewhere = { ...scope, region: 'us-east-1' as typeof scope.region }
  logs.service.sink.open(elsewhere, 'there', 's').write(startMs, 'hello')
  assert.deepEqual(await names(logs, {}), ['a'])
})

test('a group that is being written to for the first time is there', async () => {
  await using logs = await openWith()
  logs.service.sink.open(scope, '/aws/lambda/f', 's').write(startMs, 'hello')
  assert.deepEqual(await names(logs, {}), ['/aws/lambda/f'])
})
