import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from '../../../test/kit/fast-check.ts'
import { FakeClock } from '../../../test/kit/fake-clock.ts'
import { Counter } from '../../kernel/metrics.ts'
import {
  logBurstBytes,
  logBytesPerSecond,
  logEventBytesMax,
  logLineOverheadBytes,
  logResumeBytes,
} from '../limits.ts'
import { LogBudget } from './log-budget.ts'

function setUp() {
  const clock = new FakeClock()
  const counters = { records: new Counter(), bytes: new Counter() }
  const budget = new LogBudget(clock, counters)
  /** How many of so many lines of that size are let through. */
  const write = (lines: number, bytes: number): number => {
    budget.refill()
    let kept = 0
    for (let line = 0; line < lines; line += 1) {
      if (!budget.admits(bytes)) continue
      budget.spend(bytes)
      kept += 1
    }
    return kept
  }
  return { budget, clock, counters, write }
}

/** A line that costs exactly 64 KiB. */
const lineBytes = 64 * 1024 - logLineOverheadBytes
const burstLines = logBurstBytes / 65_536
const linesPerSecond = logBytesPerSecond / 65_536

test('the burst is kept, then nothing until a second has passed, then a second`s worth at a time', () => {
  const { budget, clock, counters, write } = setUp()
  assert.equal(write(burstLines + 10, lineBytes), burstLines)
  assert.deepEqual(budget.takeDropped(), { droppedRecords: 10, droppedBytes: 10 * lineBytes })
  assert.equal(budget.takeDropped(), undefined)
  clock.advance(999)
  assert.equal(write(100, lineBytes), 0)
  clock.advance(1)
  assert.equal(write(100, lineBytes), linesPerSecond)
  assert.deepEqual(budget.takeDropped(), {
    droppedRecords: 200 - linesPerSecond,
    droppedBytes: (200 - linesPerSecond) * lineBytes,
  })
  assert.equal(counters.records.value, 210 - linesPerSecond)
  assert.equal(counters.bytes.value, (210 - linesPerSecond) * lineBytes)
})

test('the burst comes back with time, and no more than that', () => {
  const { clock, write } = setUp()
  write(burstLines + 1, lineBytes)
  clock.advance(3_600_000)
  assert.equal(write(burstLines + 1, lineBytes), burstLines)
})

test('who stays below the rate never loses a line', () => {
  const { budget, clock, write } = setUp()
  for (let second = 0; second < 100; second += 1) {
    assert.equal(write(linesPerSecond, lineBytes), linesPerSecond)
    clock.advance(1000)
  }
  assert.equal(budget.takeDropped(), undefined)
})

test('short lines cost more than their text', () => {
  const { write } = setUp()
  const kept = write(logBurstBytes, 1)
  assert.equal(kept, Math.floor(logBurstBytes / (1 + logLineOverheadBytes)))
})

test('the longest event passes as soon as anything does', () => {
  assert.ok(logEventBytesMax + logLineOverheadBytes <= logResumeBytes)
})

test('whatever is written when, no span of time has more than the burst and its rate', () => {
  const step = fc.oneof(
    fc.record({ lines: fc.nat(300), bytes: fc.integer({ min: 1, max: 1_000_000 }) }),
    fc.record({ passMs: fc.nat(3000) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { clock, counters, budget, write } = setUp()
      const kept: { atMs: number; bytes: number }[] = []
      let written = 0
      let bytes = 0
      for (const each of steps) {
        if ('passMs' in each) {
          clock.advance(each.passMs)
          continue
        }
        const count = write(each.lines, each.bytes)
        written += each.lines - count
        bytes += (each.lines - count) * each.bytes
        kept.push({ atMs: clock.monotonicMs(), bytes: count * (each.bytes + logLineOverheadBytes) })
      }
      for (const [from, { atMs }] of kept.entries()) {
        let sum = 0
        for (const each of kept.slice(from)) {
          sum += each.bytes
          const earned = ((each.atMs - atMs) / 1000) * logBytesPerSecond
          assert.ok(sum <= logBurstBytes + earned + 1)
        }
      }
      assert.deepEqual([counters.records.value, counters.bytes.value], [written, bytes])
      const dropped = budget.takeDropped()
      assert.deepEqual([dropped?.droppedRecords ?? 0, dropped?.droppedBytes ?? 0], [written, bytes])
    }),
  )
})
