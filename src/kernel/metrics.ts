/**
 * What the server counts of itself: plain numbers, which whoever serves them to a monitoring system reads out.
 *
 * What it is not: it knows no format, no time and no rates. Counting is one addition to a field, so that it can stand
 * on the path of every invocation; a gauge is not counted at all, but asked for when somebody looks.
 * Invariant: every value of a label is there from the start, at 0: what has not happened yet can be seen, too.
 * Filled by dataplane/ and services/logs, read by app/prometheus.ts.
 */
import { assert } from './assert.ts'

/** Only grows: add to `value`. */
export class Counter {
  value = 0
}

/** One metric with all its values, for the reader. */
export interface MetricFamily {
  /** In Prometheus's convention: `lambdad_invocations_total`, unit last. */
  readonly name: string
  /** One sentence. */
  readonly help: string
  readonly kind: 'counter' | 'gauge'
  /** The one label it has; undefined when it has none. */
  readonly label: string | undefined
  /** Value of the label (`''` without one) and number, as of now. */
  readonly read: () => Iterable<readonly [string, number]>
}

export class Metrics {
  readonly #families = new Map<string, MetricFamily>()

  /** In the order in which they were declared. */
  get families(): Iterable<MetricFamily> {
    return this.#families.values()
  }

  counter(name: string, help: string): Counter {
    const counter = new Counter()
    const read = (): [string, number][] => [['', counter.value]]
    this.#add({ name, help, kind: 'counter', label: undefined, read })
    return counter
  }

  /** One counter for each value of the label. */
  counters<Value extends string>(
    name: string,
    help: string,
    label: string,
    values: readonly Value[],
  ): Readonly<Record<Value, Counter>> {
    const entries = values.map((value) => [value, new Counter()] as const)
    const read = () => entries.map(([value, counter]) => [value, counter.value] as const)
    this.#add({ name, help, kind: 'counter', label, read })
    return Object.fromEntries(entries) as Record<Value, Counter>
  }

  /** @param read is called when somebody looks; cheap. */
  gauge(name: string, help: string, read: () => number): void {
    this.#add({ name, help, kind: 'gauge', label: undefined, read: () => [['', read()]] })
  }

  /** @param read gives a number for each value of the label. */
  gauges(
    name: string,
    help: string,
    label: string,
    read: () => Readonly<Record<string, number>>,
  ): void {
    this.#add({ name, help, kind: 'gauge', label, read: () => Object.entries(read()) })
  }

  #add(family: MetricFamily): void {
    assert(!this.#families.has(family.name), `the metric ${family.name} is declared once`)
    this.#families.set(family.name, family)
  }
}
