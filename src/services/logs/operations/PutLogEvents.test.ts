import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TestLogs, type LoggedEvent, openTestLogs, startMs } from '../test-support.ts'

const stream = { logGroupName: 'app', logStreamName: 's' }
const hourMs = 3_600_000
const dayMs = 24 * hourMs

async function openWithStream(): Promise<TestLogs> {
  const logs = await openTestLogs()
  await logs.call('CreateLogGroup', { logGroupName: 'app' })
  await logs.call('CreateLogStream', stream)
  return logs
}

function put(logs: TestLogs, events: readonly (readonly [number, string])[], more: object = {}) {
  const logEvents = events.map(([timestamp, message]) => ({ timestamp, message }))
  return logs.call('PutLogEvents', { ...stream, logEvents, ...more })
}

async function stored(logs: TestLogs): Promise<[number, string][]> {
  const { events } = await logs.call<{ events: LoggedEvent[] }>('GetLogEvents', stream)
  return events.map((event) => [event.timestamp, event.message])
}

test('stores events, and the stream and the group tell of them', async () => {
  await using logs = await openWithStream()
  logs.clock.advance(500)
  const answer = await put(logs, [
    [startMs, 'first'],
    [startMs + 400, 'zweite: ä'],
  ])
  assert.deepEqual(Object.keys(answer), ['nextSequenceToken'])
  assert.deepEqual(await stored(logs), [
    [startMs, 'first'],
    [startMs + 400, 'zweite: ä'],
  ])
  const described = await logs.call<{ logStreams: Record<string, unknown>[] }>(
    'DescribeLogStreams',
    { logGroupName: 'app' },
  )
  const [found] = described.logStreams
  assert.equal(found?.['firstEventTimestamp'], startMs)
  assert.equal(found?.['lastEventTimestamp'], startMs + 400)
  assert.equal(found?.['lastIngestionTime'], startMs + 500)
  assert.match(String(found?.['uploadSequenceToken']), /^\d{56}$/)
  const groups = await logs.call<{ logGroups: { storedBytes: number }[] }>('DescribeLogGroups', {})
  assert.equal(groups.logGroups[0]?.storedBytes, 5 + 26 + 10 + 26)
})

test('a later batch may tell of earlier times', async () => {
  await using logs = await openWithStream()
  await put(logs, [[startMs, 'b']])
  await put(logs, [[startMs - hourMs, 'a']])
  await put(logs, [[startMs, 'c']])
  assert.deepEqual(await stored(logs), [
    [startMs - hourMs, 'a'],
    [startMs, 'b'],
    [startMs, 'c'],
  ])
})

test('leaves out what is too old or too new, and says which', async () => {
  await using logs = await openWithStream()
  const answer = await put(logs, [
    [startMs - 14 * dayMs - 1, 'too old'],
    [startMs - 14 * dayMs - 1, 'too old'],
    [startMs, 'taken'],
    [startMs + 2 * hourMs, 'taken'],
    [startMs + 2 * hourMs + 1, 'too new'],
  ])
  assert.deepEqual(answer['rejectedLogEventsInfo'], {
    tooOldLogEventEndIndex: 2,
    tooNewLogEventStartIndex: 4,
  })
  assert.deepEqual(
    (await stored(logs)).map(([, message]) => message),
    ['taken', 'taken'],
  )
  const nothing = await put(logs, [[startMs - 15 * dayMs, 'too old']])
  assert.deepEqual(nothing['rejectedLogEventsInfo'], { tooOldLogEventEndIndex: 1 })
})

test('leaves out what has expired in its group', async () => {
  await using logs = await openWithStream()
  await logs.call('PutRetentionPolicy', { logGroupName: 'app', retentionInDays: 3 })
  const answer = await put(logs, [
    [startMs - 15 * dayMs, 'too old'],
    [startMs - 3 * dayMs - 1, 'expired'],
    [startMs - 3 * dayMs, 'taken'],
  ])
  assert.deepEqual(answer['rejectedLogEventsInfo'], {
    tooOldLogEventEndIndex: 1,
    expiredLogEventEndIndex: 2,
  })
  assert.deepEqual(await stored(logs), [[startMs - 3 * dayMs, 'taken']])
})

test('refuses batches that break a rule as a whole', async () => {
  await using logs = await openWithStream()
  const refusals: [events: [number, string][], message: string][] = [
    [
      [
        [startMs, 'a'],
        [startMs - 1, 'b'],
      ],
      'Log events in a single PutLogEvents request must be in chronological order.',
    ],
    [
      [
        [startMs - dayMs, 'a'],
        [startMs + 1, 'b'],
      ],
      'The batch of log events in a single PutLogEvents request cannot span more than 24 hours.',
    ],
    [
      [[startMs, 'x'.repeat(1_048_551)]],
      'Log event too large: 1048577 bytes exceeds limit of 1048576',
    ],
    [
      [
        [startMs, 'x'.repeat(600_000)],
        [startMs, 'x'.repeat(448_525)],
      ],
      'Upload too large: 1048577 bytes exceeds limit of 1048576',
    ],
  ]
  for (const [events, message] of refusals) {
    await assert.rejects(put(logs, events), { code: 'InvalidParameterException', message })
  }
  assert.deepEqual(await stored(logs), [])
  await put(logs, [[startMs, 'x'.repeat(1_048_550)]])
  assert.equal((await stored(logs))[0]?.[1].length, 1_048_550)
})

test('a span of 24 hours is stored as a whole, and read in order', async () => {
  await using logs = await openWithStream()
  const events = Array.from({ length: 1000 }, (_, index): [number, string] => [
    startMs - dayMs + Math.floor((index * dayMs) / 999),
    `event ${index}`,
  ])
  await put(logs, events)
  assert.deepEqual(await stored(logs), events)
})

test('an entity is not taken, in the words AWS has for that; a sequence token is ignored', async () => {
  await using logs = await openWithStream()
  const answer = await put(logs, [[startMs, 'a']], {
    sequenceToken: 'stale',
    entity: { keyAttributes: { Type: 'Service', Name: 'a' } },
  })
  assert.deepEqual(answer['rejectedEntityInfo'], { errorType: 'UnsupportedLogGroupType' })
  assert.equal((await stored(logs)).length, 1)
})

test('group and stream must be there', async () => {
  await using logs = await openWithStream()
  const logEvents = [{ timestamp: startMs, message: 'a' }]
  await assert.rejects(
    logs.call('PutLogEvents', { logGroupName: 'none', logStreamName: 's', logEvents }),
    { code: 'ResourceNotFoundException', message: 'The specified log group does not exist.' },
  )
  await assert.rejects(
    logs.call('PutLogEvents', { logGroupName: 'app', logStreamName: 'none', logEvents }),
    { code: 'ResourceNotFoundException', message: 'The specified log stream does not exist.' },
  )
})
