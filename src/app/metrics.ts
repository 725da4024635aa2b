/**
 * `GET /_lambdad/metrics`: what the server has counted, in Prometheus's text format.
 *
 * What writes the format is loaded with the first request. Called by: rooms.ts. Read next: guard.ts, prometheus.ts.
 */
import type { Metrics } from '../kernel/metrics.ts'
import type { RawResponse, RawRoute } from '../kernel/ports.ts'
import { type Guard, refusalOf } from './guard.ts'
import type { Exposition } from './prometheus.ts'

export interface MetricsParts {
  readonly metrics: Metrics
  readonly guard: Guard | undefined
}

const path = '/_lambdad/metrics'

export function metricsRoute({ metrics, guard }: MetricsParts): RawRoute {
  let exposition: Promise<Exposition> | undefined
  return {
    pathPrefix: path,
    async handle(request) {
      if (request.path !== path) return plain(404, 'not found')
      if (request.method !== 'GET') return plain(405, 'use GET')
      if ((await refusalOf(request, guard)) !== undefined) {
        return { ...plain(401, 'not without the token'), headers: { 'WWW-Authenticate': 'Bearer' } }
      }
      exposition ??= import('./prometheus.ts').then(({ expose }) => expose(metrics))
      const { contentType, render } = await exposition
      return { status: 200, headers: { 'Content-Type': contentType }, body: await render() }
    },
  }
}

function plain(status: number, words: string): RawResponse {
  return { status, headers: { 'Content-Type': 'text/plain' }, body: `${words}\n` }
}
