import assert from 'node:assert/strict'
import { test } from 'node:test'
import { percentile, ratios, spread } from './statistics.ts'

test('percentiles are by nearest rank and do not need sorted samples', () => {
  const samples = Float64Array.from({ length: 100 }, (_, index) => 100 - index)
  assert.equal(percentile(samples, 0.5), 50)
  assert.equal(percentile(samples, 0.99), 99)
  assert.equal(percentile(samples, 1), 100)
  assert.equal(samples[0], 100, 'the samples stay as they are')
  assert.equal(percentile([7], 0.99), 7)
})

test('nothing measured is no figure', () => {
  assert.throws(() => percentile([], 0.5), /no samples/)
  assert.throws(() => ratios([1], []), /repetitions are pairs/)
})

test('ratios are taken within each repetition', () => {
  assert.deepEqual(ratios([2, 30, 8], [1, 10, 2]), { median: 3, min: 2, max: 4 })
  assert.deepEqual(spread([5, 1, 3]), { median: 3, min: 1, max: 5 })
})
