import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TestLogs, openTestLogs } from '../test-support.ts'

interface Page {
  metricFilters: { filterName: string; logGroupName: string }[]
  nextToken?: string
}

async function openWithFilters(): Promise<TestLogs> {
  const logs = await openTestLogs()
  const filters = ['b/x/one', 'a/x/two', 'a/y/one', 'a/B/one']
  for (const logGroupName of ['a', 'b', 'empty']) {
    await logs.call('CreateLogGroup', { logGroupName })
  }
  for (const [logGroupName, filterName, metricName] of filters.map((each) => each.split('/'))) {
    const metricTransformations = [{ metricName, metricNamespace: 'n', metricValue: '1' }]
    const input = { logGroupName, filterName, filterPattern: '', metricTransformations }
    await logs.call('PutMetricFilter', input)
  }
  return logs
}

async function names(logs: TestLogs, input: object): Promise<string[]> {
  const { metricFilters } = await logs.call<Page>('DescribeMetricFilters', input)
  return metricFilters.map(({ filterName, logGroupName }) => `${logGroupName}/${filterName}`)
}

test('in ASCII order of their names: all, those of a group, by prefix, by metric', async () => {
  await using logs = await openWithFilters()
  assert.deepEqual(await names(logs, {}), ['a/B', 'a/x', 'b/x', 'a/y'])
  assert.deepEqual(await names(logs, { logGroupName: 'a' }), ['a/B', 'a/x', 'a/y'])
  assert.deepEqual(await names(logs, { logGroupName: 'a', filterNamePrefix: 'x' }), ['a/x'])
  // Without a group, the prefix does not count (API reference).
  assert.equal((await names(logs, { filterNamePrefix: 'x' })).length, 4)
  const metric = { metricNamespace: 'n', metricName: 'one' }
  assert.deepEqual(await names(logs, metric), ['a/B', 'b/x', 'a/y'])
  assert.deepEqual(await names(logs, { ...metric, metricNamespace: 'm' }), [])
  assert.deepEqual(await names(logs, { logGroupName: 'empty' }), [])
})

test('in pages', async () => {
  await using logs = await openWithFilters()
  const first = await logs.call<Page>('DescribeMetricFilters', { limit: 2 })
  assert.equal(first.metricFilters.length, 2)
  const { nextToken } = first
  assert.deepEqual(await names(logs, { limit: 2, nextToken }), ['b/x', 'a/y'])
  await assert.rejects(logs.call('DescribeMetricFilters', { nextToken: 'x' }), {
    message: 'The specified nextToken is invalid.',
  })
})

test('refuses half a metric, and groups that are not there', async () => {
  await using logs = await openTestLogs()
  for (const half of [{ metricName: 'a' }, { metricNamespace: 'a' }]) {
    await assert.rejects(logs.call('DescribeMetricFilters', half), {
      code: 'InvalidParameterException',
    })
  }
  await assert.rejects(logs.call('DescribeMetricFilters', { logGroupName: 'none' }), {
    code: 'ResourceNotFoundException',
  })
})
