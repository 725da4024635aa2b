import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { test } from 'node:test'
import { newestFirstSinceMs } from '../limits.ts'
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
  searchedLogStreams: []
  nextToken?: string
}

const logGroupName = '/aws/lambda/f'

function filter(logs: TestLogs, input: object): Promise<Page> {
  return logs.call<Page>('FilterLogEvents', { logGroupName, ...input })
}

/** Events `<stream><time>`, each in its stream at its time after `startMs`. */
async function openWith(...events: string[]): Promise<TestLogs> {
  const logs = await openTestLogs()
  await logs.call('CreateLogGroup', { logGroupName })
  for (const event of events) {
    const writer = logs.service.sink.open(scope, logGroupName, event.charAt(0))
    writer.write(startMs + Number(event.slice(1)), event)
  }
  return logs
}

test('events of all streams by time, with ids that stay and are unique', async () => {
  await using logs = await openWith('a1', 'a4', 'b2', 'b3', 'c4')
  const page = await filter(logs, {})
  assert.deepEqual(messagesOf(page).slice(0, 3), ['a1', 'b2', 'b3'])
  assert.deepEqual(messagesOf(page).slice(3).toSorted(), ['a4', 'c4'])
  assert.deepEqual(page.searchedLogStreams, [])
  assert.equal(page.nextToken, undefined)
  const [first] = page.events
  assert.deepEqual(
    { ...first, eventId: undefined },
    {
      logStreamName: 'a',
      timestamp: startMs + 1,
      message: 'a1',
      ingestionTime: startMs,
      eventId: undefined,
    },
  )
  const ids = page.events.map((event) => event.eventId)
  assert.ok(ids.every((id) => /^\d{56}$/.test(id ?? '')))
  assert.equal(new Set(ids).size, 5)
  const ordered = ids.every((id, index) => index === 0 || String(ids[index - 1]) < String(id))
  assert.ok(ordered, 'ids are in the order of the events')
  assert.deepEqual((await filter(logs, {})).events, page.events)
})

test('in pages, either way', async () => {
  await using logs = await openWith('a1', 'a4', 'b2', 'b3', 'c5')
  const pages = async (input: object): Promise<string[][]> => {
    const all: string[][] = []
    let token: { nextToken?: string } = {}
    do {
      const page = await filter(logs, { limit: 2, ...input, ...token })
      all.push(messagesOf(page))
      token = page.nextToken === undefined ? {} : { nextToken: page.nextToken }
    } while (token.nextToken !== undefined)
    return all
  }
  assert.deepEqual(await pages({}), [['a1', 'b2'], ['b3', 'a4'], ['c5']])
  assert.deepEqual(await pages({ startFromHead: false, startTime: startMs }), [
    ['c5', 'a4'],
    ['b3', 'b2'],
    ['a1'],
  ])
})

test('a range of time, both ends inclusive', async () => {
  await using logs = await openWith('a1', 'b2', 'a3', 'b4')
  const range = { startTime: startMs + 2, endTime: startMs + 3 }
  assert.deepEqual(messagesOf(await filter(logs, range)), ['b2', 'a3'])
})

test('some streams, by name or by prefix', async () => {
  await using logs = await openWith('a1', 'b2', 'c3', 'a4')
  assert.deepEqual(messagesOf(await filter(logs, { logStreamNames: ['c', 'a', 'a'] })), [
    'a1',
    'c3',
    'a4',
  ])
  assert.deepEqual(messagesOf(await filter(logs, { logStreamNamePrefix: 'b' })), ['b2'])
  await assert.rejects(filter(logs, { logStreamNames: ['a', 'none'] }), {
    code: 'ResourceNotFoundException',
    message: 'The specified log stream does not exist.',
  })
  await assert.rejects(filter(logs, { logStreamNames: ['a'], logStreamNamePrefix: 'a' }), {
    code: 'InvalidParameterException',
  })
})

test('a pattern, over pages', async () => {
  await using logs = await openWith()
  const writer = logs.service.sink.open(scope, logGroupName, 'a')
  for (let index = 0; index < 100; index += 1) {
    writer.write(startMs + index, index % 30 === 0 ? `ERROR ${index}` : `fine ${index}`)
  }
  const first = await filter(logs, { filterPattern: 'ERROR', limit: 3 })
  assert.deepEqual(messagesOf(first), ['ERROR 0', 'ERROR 30', 'ERROR 60'])
  const { nextToken } = first
  const second = await filter(logs, { filterPattern: 'ERROR', limit: 3, nextToken })
  assert.deepEqual(messagesOf(second), ['ERROR 90'])
  assert.equal(second.nextToken, undefined)
  await assert.rejects(filter(logs, { filterPattern: '{ $.level == "ERROR" }' }), {
    code: 'InvalidParameterException',
    message: /^Invalid filter pattern: /,
  })
})

test('a rare match in much text comes after pages that may be empty', async () => {
  await using logs = await openWith()
  const writer = logs.service.sink.open(scope, logGroupName, 'a')
  const noise = 'noise '.repeat(40_000)
  for (let index = 0; index < 180; index += 1) writer.write(startMs + index, noise)
  writer.write(startMs + 180, 'needle')
  const empty = await filter(logs, { filterPattern: 'needle' })
  assert.deepEqual(empty.events, [])
  assert.ok(empty.nextToken)
  const page = await filter(logs, { filterPattern: 'needle', nextToken: empty.nextToken })
  assert.deepEqual(messagesOf(page), ['needle'])
})

test('newest first needs a start time that AWS supports it from', async () => {
  await using logs = await openWith('a1')
  for (const input of [{}, { startTime: newestFirstSinceMs - 1 }]) {
    await assert.rejects(filter(logs, { startFromHead: false, ...input }), {
      code: 'InvalidParameterException',
    })
  }
  const page = await filter(logs, { startFromHead: false, startTime: newestFirstSinceMs })
  assert.deepEqual(messagesOf(page), ['a1'])
})

test('refuses tokens that are none', async () => {
  await using logs = await openWith('a1')
  const forged = Buffer.from('["filter","sideways","0"]').toString('base64url')
  for (const nextToken of ['x', forged]) {
    await assert.rejects(filter(logs, { nextToken }), {
      message: 'The specified nextToken is invalid.',
    })
  }
})

test('as aws logs tail --follow polls: from the last time on, known ids left out', async () => {
  await using logs = await openWith('a1')
  const seen = new Set<string>()
  let startTime = startMs
  const poll = async (): Promise<string[]> => {
    const { events } = await filter(logs, { startTime, interleaved: true })
    const fresh = events.filter((event) => !seen.has(event.eventId as string))
    for (const event of fresh) seen.add(event.eventId as string)
    startTime = events.at(-1)?.timestamp ?? startTime
    return fresh.map((event) => event.message)
  }
  assert.deepEqual(await poll(), ['a1'])
  logs.service.sink.open(scope, logGroupName, 'b').write(startMs + 1, 'b1')
  logs.service.sink.open(scope, logGroupName, 'a').write(startMs + 2, 'a2')
  const fresh = await poll()
  assert.deepEqual(fresh, ['b1', 'a2'])
  assert.deepEqual(await poll(), [])
})

test('patterns of every kind', async () => {
  await using logs = await openWith()
  const writer = logs.service.sink.open(scope, logGroupName, 'a')
  const lines = ['{"level":"ERROR","n":7}', 'INFO [a b] 404', 'Task timed out after 3.00 seconds']
  for (const [index, line] of lines.entries()) writer.write(startMs + index, `${line}\n`)
  const matching = async (filterPattern: string) =>
    messagesOf(await filter(logs, { filterPattern })).map((message) => message.trimEnd())
  assert.deepEqual(await matching('{ $.level = "ERR*" && $.n > 6 }'), [lines[0]])
  assert.deepEqual(await matching('[level, what, status = 4*]'), [lines[1]])
  assert.deepEqual(await matching('%after \\d+\\.\\d\\d seconds$%'), [lines[2]])
})

test('a dear pattern looks through less in one call', async () => {
  await using logs = await openWith()
  const writer = logs.service.sink.open(scope, logGroupName, 'a')
  for (let index = 0; index < 90; index += 1) writer.write(startMs + index, 'n'.repeat(240_000))
  const cheap = await filter(logs, { filterPattern: 'needle' })
  assert.deepEqual([cheap.events, cheap.nextToken], [[], undefined])
  const dear = await filter(logs, { filterPattern: '%[a-m]{200}|x{30}% ' })
  assert.deepEqual(dear.events, [])
  assert.ok(dear.nextToken)
})
