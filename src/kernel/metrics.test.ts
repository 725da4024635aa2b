import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Metrics } from './metrics.ts'

function read(metrics: Metrics): Record<string, (readonly [string, number])[]> {
  return Object.fromEntries([...metrics.families].map(({ name, read: of }) => [name, [...of()]]))
}

test('counters are numbers, and all of them can be seen before anything has happened', () => {
  const metrics = new Metrics()
  const starts = metrics.counter('starts_total', 'Starts.')
  const ends = metrics.counters('ends_total', 'Ends.', 'reason', ['idle', 'oom'])
  assert.deepEqual(read(metrics), {
    starts_total: [['', 0]],
    ends_total: [
      ['idle', 0],
      ['oom', 0],
    ],
  })
  starts.value += 2
  ends.oom.value += 1
  assert.deepEqual(read(metrics), {
    starts_total: [['', 2]],
    ends_total: [
      ['idle', 0],
      ['oom', 1],
    ],
  })
})

test('gauges are asked when somebody looks', () => {
  const metrics = new Metrics()
  let waiting = 0
  metrics.gauge('waiting', 'Those that wait.', () => waiting)
  metrics.gauges('by_state', 'All of them.', 'state', () => ({ idle: waiting, busy: 2 * waiting }))
  waiting = 3
  assert.deepEqual(read(metrics), {
    waiting: [['', 3]],
    by_state: [
      ['idle', 3],
      ['busy', 6],
    ],
  })
})

test('a name is declared once, with its kind, label and help', () => {
  const metrics = new Metrics()
  metrics.counters('ends_total', 'Ends.', 'reason', ['idle'])
  assert.throws(() => metrics.counter('ends_total', 'Others.'), /ends_total is declared once/)
  const [family] = metrics.families
  const { name, help, kind, label } = family!
  assert.deepEqual([name, help, kind, label], ['ends_total', 'Ends.', 'counter', 'reason'])
})
