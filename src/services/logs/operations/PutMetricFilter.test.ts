import assert from 'node:assert/strict'
import { test } from 'node:test'
import { metricFiltersMax, metricFiltersWithRegexMax } from '../limits.ts'
import { type TestLogs, openTestLogs, startMs } from '../test-support.ts'

const logGroupName = 'app'
const count = { metricName: 'errors', metricNamespace: 'app', metricValue: '1' }

function put(logs: TestLogs, filterName: string, filterPattern: string, more: object = {}) {
  const { metricTransformations = [count], ...others } = more as Record<string, unknown>
  const input = { logGroupName, filterName, filterPattern, metricTransformations, ...others }
  return logs.call('PutMetricFilter', input)
}

async function openWithGroup(): Promise<TestLogs> {
  const logs = await openTestLogs()
  await logs.call('CreateLogGroup', { logGroupName })
  return logs
}

test('keeps a filter as it is, and counts it; one of its name is replaced', async () => {
  await using logs = await openWithGroup()
  const latency = {
    ...{ metricName: 'latency', metricNamespace: 'app', metricValue: '$.latency' },
    ...{ unit: 'Milliseconds', dimensions: { path: '$.path' } },
  }
  await put(logs, 'f', 'ERROR', { metricTransformations: [{ ...count, defaultValue: 0 }] })
  logs.clock.advance(1000)
  await put(logs, 'f', '{ $.latency = * }', { metricTransformations: [latency] })
  assert.deepEqual(await logs.call('DescribeMetricFilters', { logGroupName }), {
    metricFilters: [
      {
        filterName: 'f',
        filterPattern: '{ $.latency = * }',
        metricTransformations: [latency],
        creationTime: startMs,
        logGroupName,
        applyOnTransformedLogs: false,
      },
    ],
  })
  const { logGroups } = await logs.call<{ logGroups: { metricFilterCount: number }[] }>(
    'DescribeLogGroups',
    {},
  )
  assert.equal(logGroups[0]?.metricFilterCount, 1)
})

test('refuses what AWS refuses, and what would have no effect', async () => {
  await using logs = await openWithGroup()
  const transformed = (more: object) => ({ metricTransformations: [{ ...count, ...more }] })
  const refusals: [pattern: string, more: object, words: RegExp | string][] = [
    ['{ $.a }', {}, /^Invalid filter pattern/],
    [
      '{ $.a = 1 }',
      transformed({ dimensions: { a: '$.a' }, defaultValue: 0 }),
      'Invalid metric transformation: dimensions and default value are mutually exclusive properties.',
    ],
    [
      'ERROR',
      transformed({ dimensions: { a: '$.a' } }),
      'The specified filter pattern does not support dimensions',
    ],
    ['[a]', transformed({ dimensions: { a: '$a', b: '$a', c: '$a', d: '$a' } }), /at most 3/],
    ['ERROR', transformed({ metricValue: 'one' }), /neither a number nor a field/],
    ['ERROR', transformed({ metricValue: '' }), /neither a number nor a field/],
    ['ERROR', { metricTransformations: [] }, /is empty/],
    ['ERROR', { applyOnTransformedLogs: true }, /applyOnTransformedLogs is not supported/],
    ['ERROR', { fieldSelectionCriteria: '@aws.region = "x"' }, /fieldSelectionCriteria is not/],
    ['ERROR', { emitSystemFieldDimensions: ['@aws.region'] }, /emitSystemFieldDimensions is not/],
  ]
  for (const [pattern, more, message] of refusals) {
    await assert.rejects(put(logs, 'f', pattern, more), {
      code: 'InvalidParameterException',
      message,
    })
  }
  await put(logs, 'f', '', { applyOnTransformedLogs: false })
})

test('groups that are not there, and those of cheaper classes, have none', async () => {
  await using logs = await openTestLogs()
  await assert.rejects(put(logs, 'f', 'ERROR'), { code: 'ResourceNotFoundException' })
  await logs.call('CreateLogGroup', { logGroupName, logGroupClass: 'INFREQUENT_ACCESS' })
  await assert.rejects(put(logs, 'f', 'ERROR'), { code: 'InvalidOperationException' })
})

test('a group has so many, and so many with regular expressions', async () => {
  await using logs = await openWithGroup()
  for (let index = 0; index < metricFiltersWithRegexMax; index += 1) {
    await put(logs, `regex ${index}`, '%a%')
  }
  await assert.rejects(put(logs, 'one more', '{ $.a = %a% }'), { code: 'LimitExceededException' })
  await put(logs, 'regex 0', '%b%')
  for (let index = metricFiltersWithRegexMax; index < metricFiltersMax; index += 1) {
    await put(logs, `plain ${index}`, 'a')
  }
  await assert.rejects(put(logs, 'one more', 'a'), { code: 'LimitExceededException' })
  await put(logs, 'plain 50', 'b')
})
