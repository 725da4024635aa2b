import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestLogs } from '../test-support.ts'

test('a filter is gone by its name, or with its group', async () => {
  await using logs = await openTestLogs()
  const filter = { logGroupName: 'app', filterName: 'f' }
  const nothing = { code: 'ResourceNotFoundException' }
  await assert.rejects(logs.call('DeleteMetricFilter', filter), nothing)
  await logs.call('CreateLogGroup', { logGroupName: 'app' })
  const metricTransformations = [{ metricName: 'm', metricNamespace: 'n', metricValue: '1' }]
  const put = () =>
    logs.call('PutMetricFilter', { ...filter, filterPattern: 'a', metricTransformations })
  await put()
  await logs.call('DeleteMetricFilter', filter)
  await assert.rejects(logs.call('DeleteMetricFilter', filter), {
    ...nothing,
    message: 'The specified metric filter does not exist.',
  })
  await put()
  await logs.call('DeleteLogGroup', { logGroupName: 'app' })
  assert.deepEqual(await logs.call('DescribeMetricFilters', {}), { metricFilters: [] })
})
