import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openTestLogs } from '../test-support.ts'

// Examples of the API reference.
test('events that match, by their numbers, with their fields', async () => {
  await using logs = await openTestLogs()
  const requests = [200, 500, 200].map(
    (status) =>
      `127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /a.gif HTTP/1.0" ${status} 1534`,
  )
  const input = { filterPattern: '[..., status_code=200, size]', logEventMessages: requests }
  const extractedValues = {
    ...{ $1: '127.0.0.1', $2: '-', $3: 'frank', $4: '10/Oct/2000:13:25:15 -0700' },
    ...{ $5: 'GET /a.gif HTTP/1.0', $status_code: '200', $size: '1534' },
  }
  assert.deepEqual(await logs.call('TestMetricFilter', input), {
    matches: [
      { eventNumber: 0, eventMessage: requests[0], extractedValues },
      { eventNumber: 2, eventMessage: requests[2], extractedValues },
    ],
  })
})

test('terms and JSON extract nothing; a wrong pattern is refused', async () => {
  await using logs = await openTestLogs()
  const logEventMessages = ['[INFO] Starting', '[ERROR] Terminating: Exception', '{"a":1}']
  const matches = async (filterPattern: string) =>
    (await logs.call('TestMetricFilter', { filterPattern, logEventMessages }))['matches']
  assert.deepEqual(await matches('"[ERROR]" Exception'), [
    { eventNumber: 1, eventMessage: logEventMessages[1], extractedValues: {} },
  ])
  assert.deepEqual(await matches('{ $.a = 1 }'), [
    { eventNumber: 2, eventMessage: '{"a":1}', extractedValues: {} },
  ])
  await assert.rejects(matches('{'), { code: 'InvalidParameterException' })
})
