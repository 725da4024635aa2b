/**
 * Prometheus's text format, of what the server counts itself and of what prom-client knows of any Node.js process:
 * memory, processor time, event loop lag, garbage collections. That part is measured from the first request on: the lag
 * by a timer of 10 ms.
 * Called by: metrics.ts, which loads it late: prom-client takes some 50 ms.
 */
import { Counter, Gauge, type Metric, Registry, collectDefaultMetrics } from 'prom-client'
import type { MetricFamily, Metrics } from '../kernel/metrics.ts'

export interface Exposition {
  readonly contentType: string
  readonly render: () => Promise<string>
}

export function expose(metrics: Metrics): Exposition {
  const registry = new Registry()
  for (const family of metrics.families) registry.registerMetric(metricOf(family))
  collectDefaultMetrics({ register: registry })
  return { contentType: registry.contentType, render: () => registry.metrics() }
}

/** It reads the family anew whenever it is asked. */
function metricOf({ name, help, kind, label, read }: MetricFamily): Metric {
  const labelNames = label === undefined ? [] : [label]
  const labelsOf = (value: string) => (label === undefined ? {} : { [label]: value })
  const configuration = { name, help, labelNames, registers: [] }
  if (kind === 'gauge') {
    return new Gauge({
      ...configuration,
      collect() {
        this.reset()
        for (const [value, number] of read()) this.set(labelsOf(value), number)
      },
    })
  }
  return new Counter({
    ...configuration,
    collect() {
      this.reset()
      for (const [value, number] of read()) this.inc(labelsOf(value), number)
    },
  })
}
