import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  tailIntervalMs,
  tailScanCharsMax,
  tailTimeoutMs,
  tailUpdateEventsMax,
  tailUpdatesWaitingMax,
} from '../limits.ts'
import { compileFilterPattern } from '../patterns/filter-pattern.ts'
import { FakeClock, scope, startMs } from '../test-support.ts'
import { LiveTails } from './live-tails.ts'
import { LiveTailSession } from './session.ts'

function open(pattern = '') {
  const clock = new FakeClock()
  const tails = new LiveTails()
  const session = new LiveTailSession({
    ...{ clock, tails, scope, groups: ['g'], start: {} },
    pattern: compileFilterPattern(pattern),
  })
  const events = session[Symbol.asyncIterator]()
  const tell = (...messages: string[]): void =>
    tails.tell({
      ...{ scope, group: 'g', stream: 's', messages, ingestionMs: startMs },
      times: messages.map(() => startMs),
    })
  /** The next update: its messages, and whether it is a sample. */
  const update = async (): Promise<[messages: string[], sampled: boolean]> => {
    const { value } = await events.next()
    const { sessionResults = [], sessionMetadata } = value?.sessionUpdate ?? {}
    const messages = sessionResults.map(({ message }) => String(message))
    return [messages, sessionMetadata?.sampled === true]
  }
  return { clock, tails, events, tell, update }
}

const numbered = (count: number) => Array.from({ length: count }, (_, index) => String(index))

test('of more events than an update has, it has a sample that is spread over all of them', async () => {
  const { clock, events, tell, update } = open()
  await events.next()
  tell(...numbered(tailUpdateEventsMax))
  clock.advance(tailIntervalMs)
  assert.deepEqual(await update(), [numbered(tailUpdateEventsMax), false])
  for (const count of [tailUpdateEventsMax + 1, 3_000, 12_345]) {
    tell(...numbered(count))
    clock.advance(tailIntervalMs)
    const [messages, sampled] = await update()
    assert.equal(sampled, true)
    assert.equal(messages.length, tailUpdateEventsMax)
    const gaps = messages.map((each, index) => Number(each) - Number(messages[index - 1] ?? 0))
    assert.ok(Math.max(...gaps, count - Number(messages.at(-1))) <= (4 * count) / 500 + 1)
  }
  clock.advance(tailIntervalMs)
  assert.deepEqual(await update(), [[], false])
})

test('long events are fewer', async () => {
  const { clock, events, tell, update } = open()
  await events.next()
  const long = 'x'.repeat(300_000)
  tell(...Array.from({ length: 20 }, () => long))
  clock.advance(tailIntervalMs)
  const [messages, sampled] = await update()
  assert.equal(sampled, true)
  assert.ok(messages.length > 0 && messages.length < 4)
  const longest = 'x'.repeat(2_000_000)
  tell(longest)
  clock.advance(tailIntervalMs)
  assert.deepEqual(await update(), [[longest], false])
})

test('what is more than a session can look through in a second is not looked at', async () => {
  const { clock, events, tell, update } = open('needle')
  await events.next()
  const noise = 'x'.repeat(tailScanCharsMax)
  tell('needle 1', noise, 'needle 2')
  clock.advance(tailIntervalMs)
  assert.deepEqual(await update(), [['needle 1'], true])
  tell('needle 3')
  clock.advance(tailIntervalMs)
  assert.deepEqual(await update(), [['needle 3'], false])
})

test('for a client that is slow the newest updates wait', async () => {
  const { clock, events, tell, update } = open()
  for (let index = 0; index < tailUpdatesWaitingMax + 3; index += 1) {
    tell(String(index))
    clock.advance(tailIntervalMs)
  }
  const { value } = await events.next()
  assert.ok(value?.sessionStart)
  for (let index = 3; index < tailUpdatesWaitingMax + 3; index += 1) {
    assert.deepEqual(await update(), [[String(index)], false])
  }
})

test('after three hours it times out, when its updates have been read', async () => {
  const { clock, tails, events } = open()
  await events.next()
  for (let ms = 0; ms < tailTimeoutMs; ms += tailIntervalMs) {
    clock.advance(tailIntervalMs)
    assert.ok((await events.next()).value?.sessionUpdate)
  }
  await assert.rejects(events.next(), { code: 'SessionTimeoutException' })
  assert.equal(tails.countIn(scope), 0)
  assert.deepEqual(clock.waitingMs, [])
})

test('leaving ends it, also while something is waited for', async () => {
  const { clock, tails, events, tell } = open()
  await events.next()
  const waiting = events.next()
  await events.return?.()
  assert.deepEqual(await waiting, { done: true, value: undefined })
  tell('late')
  assert.equal(tails.countIn(scope), 0)
  assert.deepEqual(clock.waitingMs, [])
})
