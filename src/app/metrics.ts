/**
 * `GET /_lambdad/metrics`: what the server has counted, in Prometheus's text format.
 *
 * With `--auth on` it is for who has the token of the data directory, which opens nothing else, so that a scraper need
 * not hold a key to all there is, and for the root user of the root account, by signature. Being on loopback is no
 * proof: functions come from there, and what reaches the server through a proxy.
 * What writes the format is loaded with the first request. Called by: rooms.ts. Read next: prometheus.ts.
 */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Authenticator } from '../access/index.ts'
import type { AccountId } from '../kernel/brand.ts'
import { ServiceError } from '../kernel/errors.ts'
import type { Metrics } from '../kernel/metrics.ts'
import type { RawRequest, RawResponse, RawRoute } from '../kernel/ports.ts'
import type { Exposition } from './prometheus.ts'

export interface MetricsParts {
  readonly metrics: Metrics
  /** Undefined: everybody may look (`--auth off`). */
  readonly guard: MetricsGuard | undefined
}

export interface MetricsGuard {
  readonly token: string
  readonly authenticator: Authenticator
  readonly rootAccount: AccountId
}

const path = '/_lambdad/metrics'

export function metricsRoute({ metrics, guard }: MetricsParts): RawRoute {
  let exposition: Promise<Exposition> | undefined
  return {
    pathPrefix: path,
    async handle(request) {
      if (request.path !== path) return plain(404, 'not found')
      if (request.method !== 'GET') return plain(405, 'use GET')
      if (guard && !(await isAdmitted(request, guard))) {
        return { ...plain(401, 'not without the token'), headers: { 'WWW-Authenticate': 'Bearer' } }
      }
      exposition ??= import('./prometheus.ts').then(({ expose }) => expose(metrics))
      const { contentType, render } = await exposition
      return { status: 200, headers: { 'Content-Type': contentType }, body: await render() }
    },
  }
}

async function isAdmitted(request: RawRequest, guard: MetricsGuard): Promise<boolean> {
  const { authorization } = request.headers
  const token = typeof authorization === 'string' ? /^Bearer +(\S+)$/i.exec(authorization) : null
  if (token !== null) return isSame(token[1] as string, guard.token)
  try {
    const target = { service: 'lambda', dialect: 'rest-json' } as const
    const { principal } = await guard.authenticator.authenticate(request, target)
    return principal.userId === guard.rootAccount
  } catch (error) {
    if (error instanceof ServiceError) return false
    throw error
  }
}

/** Takes as long whatever is given. */
function isSame(given: string, token: string): boolean {
  const [a, b] = [given, token].map((text) => createHash('sha256').update(text).digest())
  return timingSafeEqual(a as Buffer, b as Buffer)
}

function plain(status: number, words: string): RawResponse {
  return { status, headers: { 'Content-Type': 'text/plain' }, body: `${words}\n` }
}
