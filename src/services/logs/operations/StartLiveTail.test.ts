import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { StartLiveTailResponseStream } from '@aws-sdk/client-cloudwatch-logs'
import { tailIntervalMs, tailSessionsMax } from '../limits.ts'
import { type TestLogs, context, openTestLogs, scope, startMs } from '../test-support.ts'

type Events = AsyncIterator<StartLiveTailResponseStream, undefined>

const group = '/aws/lambda/f'
const arn = `arn:aws:logs:eu-west-1:123456789012:log-group:${group}`

async function start(logs: TestLogs, input: object = {}): Promise<Events> {
  const { responseStream } = await logs.call<{
    responseStream: AsyncIterable<StartLiveTailResponseStream, undefined>
  }>('StartLiveTail', { logGroupIdentifiers: [arn], ...input })
  return responseStream[Symbol.asyncIterator]()
}

async function openWithGroup(): Promise<TestLogs> {
  const logs = await openTestLogs()
  await logs.call('CreateLogGroup', { logGroupName: group })
  return logs
}

/** What the next update has, after a second. */
async function next(logs: TestLogs, events: Events): Promise<string[]> {
  await logs.service.flush()
  logs.clock.advance(tailIntervalMs)
  const { value } = await events.next()
  const { sessionResults = [], sessionMetadata } = value?.sessionUpdate ?? {}
  assert.deepEqual(sessionMetadata, { sampled: false })
  return sessionResults.map(({ message }) => String(message))
}

test('tells of itself, then every second of what was stored, from functions and PutLogEvents', async () => {
  await using logs = await openWithGroup()
  const before = logs.service.sink.open(scope, group, 's')
  before.write(startMs, 'before')
  const events = await start(logs, { logEventFilterPattern: '-noise' })
  const { value: first } = await events.next()
  assert.deepEqual(first, {
    sessionStart: {
      requestId: context.requestId,
      sessionId: first?.sessionStart?.sessionId,
      logGroupIdentifiers: [arn],
      logEventFilterPattern: '-noise',
    },
  })
  assert.match(String(first?.sessionStart?.sessionId), /^[0-9a-f-]{36}$/)
  assert.deepEqual(await next(logs, events), [])
  before.write(startMs + 1, 'noise')
  before.write(startMs + 2, 'from a function')
  logs.service.sink.open(scope, '/aws/lambda/g', 's').write(startMs, 'of another group')
  await logs.service.flush()
  logs.clock.advance(tailIntervalMs)
  const { value: second } = await events.next()
  assert.deepEqual(second, {
    sessionUpdate: {
      sessionMetadata: { sampled: false },
      sessionResults: [
        {
          logStreamName: 's',
          logGroupIdentifier: arn,
          message: 'from a function',
          timestamp: startMs + 2,
          ingestionTime: startMs + tailIntervalMs,
        },
      ],
    },
  })
  const logEvents = [{ timestamp: startMs, message: 'put' }]
  await logs.call('PutLogEvents', { logGroupName: group, logStreamName: 's', logEvents })
  assert.deepEqual(await next(logs, events), ['put'])
  await events.return?.()
  assert.deepEqual(await events.next(), { done: true, value: undefined })
  assert.deepEqual(logs.clock.waitingMs, [])
})

test('of several groups, or of some streams of one', async () => {
  await using logs = await openWithGroup()
  await logs.call('CreateLogGroup', { logGroupName: 'other' })
  const both = await start(logs, { logGroupIdentifiers: [arn, 'other', arn] })
  const named = await start(logs, { logStreamNames: ['a1', 'b'] })
  const prefixed = await start(logs, { logStreamNamePrefixes: ['a'] })
  for (const each of [both, named, prefixed]) await each.next()
  for (const stream of ['a1', 'a2', 'b']) {
    logs.service.sink.open(scope, group, stream).write(startMs, stream)
  }
  logs.service.sink.open(scope, 'other', 'a1').write(startMs, 'other')
  assert.deepEqual(await next(logs, both), ['a1', 'a2', 'b', 'other'])
  const streams = async (events: Events) =>
    (await events.next()).value?.sessionUpdate?.sessionResults?.map(({ message }) => message)
  assert.deepEqual(await streams(named), ['a1', 'b'])
  assert.deepEqual(await streams(prefixed), ['a1', 'a2'])
})

test('refuses before the stream begins', async () => {
  await using logs = await openWithGroup()
  const cheaper = { logGroupName: 'cheaper', logGroupClass: 'INFREQUENT_ACCESS' }
  await logs.call('CreateLogGroup', cheaper)
  const refusals: [input: object, code: string][] = [
    [{ logGroupIdentifiers: ['none'] }, 'ResourceNotFoundException'],
    [{ logGroupIdentifiers: [`${arn}:*`] }, 'InvalidParameterException'],
    [{ logGroupIdentifiers: ['cheaper'] }, 'InvalidOperationException'],
    [{ logEventFilterPattern: '{' }, 'InvalidParameterException'],
    [{ logStreamNames: ['a'], logStreamNamePrefixes: ['a'] }, 'InvalidParameterException'],
    [{ logGroupIdentifiers: [arn, 'cheaper'], logStreamNames: ['a'] }, 'InvalidParameterException'],
  ]
  for (const [input, code] of refusals) await assert.rejects(start(logs, input), { code })
})

test('an account has so many sessions; one that is left makes room', async () => {
  await using logs = await openWithGroup()
  const sessions: Events[] = []
  for (let index = 0; index < tailSessionsMax; index += 1) sessions.push(await start(logs))
  await assert.rejects(start(logs), { code: 'LimitExceededException' })
  await sessions[0]?.return?.()
  await start(logs)
})

test('the end of the service ends its sessions', async () => {
  await using logs = await openWithGroup()
  const events = await start(logs)
  await events.next()
  const last = events.next()
  await logs.service[Symbol.asyncDispose]()
  assert.deepEqual(await last, { done: true, value: undefined })
})
