import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type LoggedEvent,
  type TestLogs,
  messagesOf,
  openTestLogs,
  scope,
  startMs,
} from '../test-support.ts'

interface Page {
  events: LoggedEvent[]
  nextForwardToken: string
  nextBackwardToken: string
}

const stream = { logGroupName: '/aws/lambda/f', logStreamName: 's' }

function get(logs: TestLogs, input: object): Promise<Page> {
  return logs.call<Page>('GetLogEvents', { ...stream, ...input })
}

/** A stream with `count` events, one a millisecond: `0`, `1`, `2`, ... */
async function openWith(count: number): Promise<TestLogs> {
  const logs = await openTestLogs()
  await logs.call('CreateLogGroup', stream)
  await logs.call('CreateLogStream', stream)
  const writer = logs.service.sink.open(scope, stream.logGroupName, stream.logStreamName)
  for (let index = 0; index < count; index += 1) writer.write(startMs + index, String(index))
  return logs
}

test('the newest events without startFromHead, the oldest with it, oldest first on the page', async () => {
  await using logs = await openWith(5)
  assert.deepEqual(messagesOf(await get(logs, { limit: 2 })), ['3', '4'])
  const head = await get(logs, { limit: 2, startFromHead: true })
  assert.deepEqual(head.events, [
    { timestamp: startMs, message: '0', ingestionTime: startMs },
    { timestamp: startMs + 1, message: '1', ingestionTime: startMs },
  ])
  assert.match(head.nextForwardToken, /^f\/\d{56}\/s$/)
  assert.match(head.nextBackwardToken, /^b\/\d{56}\/s$/)
})

test('forward to the end, where the token stays the same until something is written', async () => {
  await using logs = await openWith(3)
  const first = await get(logs, { limit: 2, startFromHead: true })
  const second = await get(logs, {
    limit: 2,
    startFromHead: true,
    nextToken: first.nextForwardToken,
  })
  assert.deepEqual(messagesOf(second), ['2'])
  assert.notEqual(second.nextForwardToken, first.nextForwardToken)
  const atEnd = { startFromHead: true, nextToken: second.nextForwardToken }
  const end = await get(logs, atEnd)
  assert.deepEqual(end.events, [])
  assert.equal(end.nextForwardToken, second.nextForwardToken)
  // And back from there, over all that was read.
  const back = await get(logs, { nextToken: end.nextBackwardToken })
  assert.deepEqual(messagesOf(back), ['0', '1', '2'])
  logs.service.sink.open(scope, stream.logGroupName, 's').write(startMs + 2, 'late, same time')
  assert.deepEqual(messagesOf(await get(logs, atEnd)), ['late, same time'])
})

test('backward to the beginning, where the token stays the same', async () => {
  await using logs = await openWith(3)
  const last = await get(logs, { limit: 2 })
  assert.deepEqual(messagesOf(last), ['1', '2'])
  const first = await get(logs, { limit: 2, nextToken: last.nextBackwardToken })
  assert.deepEqual(messagesOf(first), ['0'])
  const end = await get(logs, { limit: 2, nextToken: first.nextBackwardToken })
  assert.deepEqual(end.events, [])
  assert.equal(end.nextBackwardToken, first.nextBackwardToken)
  const forward = await get(logs, { nextToken: end.nextForwardToken })
  assert.deepEqual(messagesOf(forward), ['0', '1', '2'])
})

test('tokens of an empty page lead to what is written later', async () => {
  await using logs = await openWith(0)
  const empty = await get(logs, {})
  assert.deepEqual(empty.events, [])
  logs.service.sink.open(scope, stream.logGroupName, 's').write(startMs, 'first')
  const page = await get(logs, { nextToken: empty.nextForwardToken, startFromHead: true })
  assert.deepEqual(messagesOf(page), ['first'])
  const before = await get(logs, { nextToken: empty.nextBackwardToken })
  assert.deepEqual(before.events, [])
  assert.equal(before.nextBackwardToken, empty.nextBackwardToken)
})

test('startTime is inclusive and endTime exclusive', async () => {
  await using logs = await openWith(5)
  const range = { startTime: startMs + 1, endTime: startMs + 3 }
  assert.deepEqual(messagesOf(await get(logs, range)), ['1', '2'])
  assert.deepEqual(messagesOf(await get(logs, { ...range, startFromHead: true })), ['1', '2'])
  assert.deepEqual(messagesOf(await get(logs, { endTime: 2 ** 63 })), ['0', '1', '2', '3', '4'])
})

test('a page ends at 1 MB, but has at least one event', async () => {
  await using logs = await openWith(0)
  const writer = logs.service.sink.open(scope, stream.logGroupName, 's')
  for (const [index, size] of [700_000, 300_000, 100_000, 2_000_000].entries()) {
    writer.write(startMs + index, String(index).repeat(size))
  }
  const lengths = async (nextToken?: string): Promise<[number[], string]> => {
    const token = nextToken === undefined ? {} : { nextToken }
    const page = await get(logs, { startFromHead: true, ...token })
    return [page.events.map((event) => event.message.length), page.nextForwardToken]
  }
  const [first, afterFirst] = await lengths()
  const [second, afterSecond] = await lengths(afterFirst)
  const [third] = await lengths(afterSecond)
  assert.deepEqual([first, second, third], [[700_000, 300_000], [100_000], [2_000_000]])
})

test('refuses foreign tokens, and what does not exist', async () => {
  await using logs = await openWith(1)
  for (const nextToken of ['x', 'f/1/s', `f/${'9'.repeat(60)}/s`, `c/${'0'.repeat(56)}/s`]) {
    await assert.rejects(get(logs, { nextToken }), {
      code: 'InvalidParameterException',
      message: 'The specified nextToken is invalid.',
    })
  }
  await assert.rejects(get(logs, { logGroupName: 'none' }), {
    message: 'The specified log group does not exist.',
  })
  await assert.rejects(get(logs, { logStreamName: 'none' }), {
    message: 'The specified log stream does not exist.',
  })
})
