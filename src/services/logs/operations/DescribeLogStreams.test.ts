import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type TestLogs, openTestLogs, scope, startMs } from '../test-support.ts'

interface Page {
  logStreams: { logStreamName: string }[]
  nextToken?: string
}

const logGroupName = '/aws/lambda/f'

/** Streams by name, each with the time of its last event, or none. */
async function openWith(streams: Record<string, number | undefined>): Promise<TestLogs> {
  const logs = await openTestLogs()
  await logs.call('CreateLogGroup', { logGroupName })
  for (const [logStreamName, lastMs] of Object.entries(streams)) {
    await logs.call('CreateLogStream', { logGroupName, logStreamName })
    if (lastMs === undefined) continue
    logs.service.sink.open(scope, logGroupName, logStreamName).write(startMs + lastMs, 'hello')
  }
  return logs
}

/** All pages of two. */
async function names(logs: TestLogs, input: object): Promise<string[]> {
  const all: string[] = []
  let nextToken: string | undefined
  do {
    const page = await logs.call<Page>('DescribeLogStreams', {
      logGroupName,
      limit: 2,
      ...input,
      ...(nextToken === undefined ? {} : { nextToken }),
    })
    assert.ok(page.logStreams.length > 0, 'no page is empty')
    all.push(...page.logStreams.map((stream) => stream.logStreamName))
    nextToken = page.nextToken
  } while (nextToken !== undefined)
  return all
}

test('by name and by the time of the last event, either way, in pages', async () => {
  await using logs = await openWith({ b: 3, a: 1, d: undefined, c: 3, e: 2 })
  assert.deepEqual(await names(logs, {}), ['a', 'b', 'c', 'd', 'e'])
  assert.deepEqual(await names(logs, { descending: true }), ['e', 'd', 'c', 'b', 'a'])
  const byTime = { orderBy: 'LastEventTime' }
  assert.deepEqual(await names(logs, byTime), ['d', 'a', 'e', 'b', 'c'])
  assert.deepEqual(await names(logs, { ...byTime, descending: true }), ['c', 'b', 'e', 'a', 'd'])
})

test('by prefix, and of the group named by its ARN', async () => {
  await using logs = await openWith({ '2026/11/20/x': 1, '2026/11/21/y': 1, '2026/11/21/z': 1 })
  assert.deepEqual(await names(logs, { logStreamNamePrefix: '2026/11/21/' }), [
    '2026/11/21/y',
    '2026/11/21/z',
  ])
  const page = await logs.call<Page>('DescribeLogStreams', {
    logGroupIdentifier: `arn:aws:logs:eu-west-1:123456789012:log-group:${logGroupName}`,
  })
  assert.equal(page.logStreams.length, 3)
})

test('refuses what cannot be', async () => {
  await using logs = await openWith({ a: 1, b: 1, c: 1 })
  const { nextToken } = await logs.call<Page>('DescribeLogStreams', { logGroupName, limit: 1 })
  const refusals: [input: object, message: RegExp][] = [
    [
      { logGroupName, orderBy: 'LastEventTime', logStreamNamePrefix: 'a' },
      /^Cannot order by LastEventTime with a logStreamNamePrefix\.$/,
    ],
    [{}, /either logGroupName or logGroupIdentifier/],
    [
      { logGroupName, logGroupIdentifier: logGroupName },
      /either logGroupName or logGroupIdentifier/,
    ],
    [{ logGroupIdentifier: 'arn:aws:sqs:eu-west-1:123456789012:q' }, /not the ARN of a log group/],
    [{ logGroupName, descending: true, nextToken }, /^The specified nextToken is invalid\.$/],
  ]
  for (const [input, message] of refusals) {
    await assert.rejects(logs.call('DescribeLogStreams', input), {
      code: 'InvalidParameterException',
      message,
    })
  }
  for (const logGroupIdentifier of [
    'none',
    `arn:aws:logs:us-east-1:123456789012:log-group:${logGroupName}`,
  ]) {
    await assert.rejects(logs.call('DescribeLogStreams', { logGroupIdentifier }), {
      code: 'ResourceNotFoundException',
    })
  }
  const foreign = `arn:aws:logs:eu-west-1:210987654321:log-group:${logGroupName}`
  await assert.rejects(logs.call('DescribeLogStreams', { logGroupIdentifier: foreign }), {
    code: 'AccessDeniedException',
  })
})
