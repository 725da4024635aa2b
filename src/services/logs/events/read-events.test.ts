import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from '../../../../test/kit/fast-check.ts'
import { chunkHeadsPerQuery, chunkSpanMsMax } from '../limits.ts'
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
  nextToken?: string
  nextForwardToken: string
  nextBackwardToken: string
}

/** What was logged, in the order it was: `[stream, time]`; a flush follows where the third is true. */
type Logged = [stream: string, timestamp: number, isFlushed: boolean]

const logged = fc.array(
  fc.tuple(
    fc.constantFrom('a', 'b', 'c'),
    // Now and then far apart, mostly close together, often equal.
    fc.oneof(
      { weight: 5, arbitrary: fc.nat({ max: 5 }) },
      { weight: 1, arbitrary: fc.integer({ min: -3 * chunkSpanMsMax, max: 3 * chunkSpanMsMax }) },
    ),
    fc.boolean(),
  ),
  { minLength: 1, maxLength: 60 },
)

let runs = 0

/** In a group of its own; the messages tell what has to come out: time, stream and arrival. */
async function write(logs: TestLogs, events: readonly Logged[]): Promise<string> {
  runs += 1
  const group = `/aws/lambda/f${runs}`
  const writers = new Map(
    ['a', 'b', 'c'].map((stream) => [stream, logs.service.sink.open(scope, group, stream)]),
  )
  for (const [index, [stream, offset, isFlushed]] of events.entries()) {
    writers.get(stream)?.write(startMs + offset, `${stream}${index}`)
    if (isFlushed) await logs.service.flush()
  }
  return group
}

/** The events of one stream: by time, then by arrival. */
function expected(events: readonly Logged[], stream: string): string[] {
  return events
    .map(([of, offset], index) => ({ of, offset, message: `${of}${index}` }))
    .filter(({ of }) => of === stream)
    .toSorted((one, other) => one.offset - other.offset)
    .map(({ message }) => message)
}

test('any writes and flushes: GetLogEvents gives each event once and in order, either way', async () => {
  await using logs = await openTestLogs()
  await fc.assert(
    fc.asyncProperty(logged, fc.integer({ min: 1, max: 7 }), async (events, limit) => {
      const logGroupName = await write(logs, events)
      for (const logStreamName of new Set(events.map(([stream]) => stream))) {
        const stream = { logGroupName, logStreamName, limit }
        const forward: string[] = []
        let token: { nextToken?: string } = {}
        for (;;) {
          const page = await logs.call<Page>('GetLogEvents', {
            ...stream,
            startFromHead: true,
            ...token,
          })
          forward.push(...messagesOf(page))
          if (page.nextForwardToken === token.nextToken) break
          token = { nextToken: page.nextForwardToken }
        }
        assert.deepEqual(forward, expected(events, logStreamName))
        const backward: string[] = []
        token = {}
        for (;;) {
          const page = await logs.call<Page>('GetLogEvents', { ...stream, ...token })
          backward.unshift(...messagesOf(page))
          if (page.nextBackwardToken === token.nextToken) break
          token = { nextToken: page.nextBackwardToken }
        }
        assert.deepEqual(backward, forward)
      }
    }),
    { numRuns: 30 },
  )
})

test('any writes and flushes: FilterLogEvents gives each event once and by time, either way', async () => {
  await using logs = await openTestLogs()
  await fc.assert(
    fc.asyncProperty(
      logged,
      fc.integer({ min: 1, max: 7 }),
      fc.integer({ min: -chunkSpanMsMax, max: 3 }),
      async (events, limit, from) => {
        const logGroupName = await write(logs, events)
        const startTime = startMs + from
        const readAll = async (input: object): Promise<LoggedEvent[]> => {
          const all: LoggedEvent[] = []
          let token: { nextToken?: string } = {}
          do {
            const page = await logs.call<Page>('FilterLogEvents', {
              logGroupName,
              startTime,
              limit,
              ...input,
              ...token,
            })
            all.push(...page.events)
            token = page.nextToken === undefined ? {} : { nextToken: page.nextToken }
          } while (token.nextToken !== undefined)
          return all
        }
        const forward = await readAll({})
        const times = forward.map((event) => event.timestamp)
        assert.deepEqual(
          times,
          times.toSorted((a, b) => a - b),
        )
        for (const stream of ['a', 'b', 'c']) {
          const wanted = new Set(
            events.flatMap(([, offset], index) => (offset >= from ? [`${stream}${index}`] : [])),
          )
          assert.deepEqual(
            forward.filter((event) => event.logStreamName === stream).map((event) => event.message),
            expected(events, stream).filter((message) => wanted.has(message)),
          )
        }
        assert.deepEqual(await readAll({ startFromHead: false }), forward.toReversed())
      },
    ),
    { numRuns: 30 },
  )
})

test('more chunks than one query of the index gives', async () => {
  await using logs = await openTestLogs()
  const count = chunkHeadsPerQuery * 2 + 3
  const events = Array.from({ length: count }, (_, index): Logged => ['a', index % 7, true])
  const logGroupName = await write(logs, events)
  const page = await logs.call<Page>('FilterLogEvents', { logGroupName })
  assert.deepEqual(messagesOf(page), expected(events, 'a'))
  const stream = { logGroupName, logStreamName: 'a' }
  const backward = await logs.call<Page>('GetLogEvents', stream)
  assert.deepEqual(messagesOf(backward), expected(events, 'a'))
})

test('events logged while pages are read appear when they lie ahead, and nothing appears twice', async () => {
  await using logs = await openTestLogs()
  const writer = logs.service.sink.open(scope, '/aws/lambda/f', 's')
  const seen: string[] = []
  let token: { nextToken?: string } = {}
  for (let index = 0; index < 50; index += 1) {
    for (let line = 0; line < 3; line += 1) writer.write(startMs + index, `${index}.${line}`)
    const page = await logs.call<Page>('GetLogEvents', {
      logGroupName: '/aws/lambda/f',
      logStreamName: 's',
      startFromHead: true,
      limit: 2,
      ...token,
    })
    seen.push(...messagesOf(page))
    token = { nextToken: page.nextForwardToken }
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 100 }, (_, at) => `${Math.floor(at / 3)}.${at % 3}`),
  )
})
