/** Figures over samples. None of these accepts an empty set: no measurement is no figure. */
import assert from 'node:assert/strict'

/** Over repetitions: the middle, and how far apart they lay. */
export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** By nearest rank. @param fraction 0.5 is the median, 0.99 the p99. */
export function percentile(samples: ArrayLike<number>, fraction: number): number {
  assert(samples.length > 0, 'no samples')
  const sorted = Float64Array.from(samples).toSorted()
  const rank = Math.ceil(fraction * sorted.length)
  return sorted[Math.min(Math.max(rank, 1), sorted.length) - 1] as number
}

export function spread(values: readonly number[]): Spread {
  return {
    median: percentile(values, 0.5),
    min: Math.min(...values),
    max: Math.max(...values),
  }
}

/** The ratio within each repetition, because what disturbs the machine disturbs both of a pair. */
export function ratios(ours: readonly number[], theirs: readonly number[]): Spread {
  assert.equal(ours.length, theirs.length, 'repetitions are pairs')
  return spread(ours.map((value, index) => value / (theirs[index] as number)))
}
