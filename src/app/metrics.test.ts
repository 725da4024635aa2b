import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { test } from 'node:test'
import { rawRequest } from '../../test/kit/raw-request.ts'
import type { AccountId } from '../kernel/brand.ts'
import { Metrics } from '../kernel/metrics.ts'
import type { RawResponse } from '../kernel/ports.ts'
import type { Guard } from './guard.ts'
import { metricsRoute } from './metrics.ts'

const guard: Guard = { token: 'c0ffee', rootAccount: '000000000000' as AccountId }

function setUp(of: Guard | undefined) {
  const metrics = new Metrics()
  const route = metricsRoute({ metrics, guard: of })
  const ask = async (
    headers: Record<string, string | string[]> = {},
    method = 'GET',
    path = '/_lambdad/metrics',
  ): Promise<RawResponse> => await route.handle(rawRequest({ method, path, headers }))
  return { metrics, ask }
}

function textOf({ body }: RawResponse): string {
  assert.ok(typeof body === 'string')
  return body
}

/** Whether anything of the library has been loaded. */
function isLoaded(): boolean {
  const { cache } = createRequire(import.meta.url)
  return Object.keys(cache).some((file) => file.includes('/prom-client/'))
}

test('what writes the format is loaded with the first request that may have an answer', async () => {
  const { ask } = setUp(guard)
  assert.equal((await ask()).status, 401)
  assert.equal(isLoaded(), false)
  assert.equal((await ask({ authorization: 'Bearer c0ffee' })).status, 200)
  assert.equal(isLoaded(), true)
})

test('counters and gauges come in Prometheus`s text format, as they are at that moment', async () => {
  const { metrics, ask } = setUp(undefined)
  const ends = metrics.counters('lambdad_ends_total', 'Ends.', 'reason', ['idle', 'init-error'])
  const lines = metrics.counter('lambdad_lines_total', 'Lines.')
  let waiting = 1
  metrics.gauge('lambdad_waiting', 'Those that wait.', () => waiting)
  metrics.gauges('lambdad_environments', 'All.', 'state', () => ({ busy: 2, idle: waiting }))
  ends.idle.value += 1
  const own = async (): Promise<string[]> => {
    return textOf(await ask())
      .split('\n')
      .filter((line) => line.includes('lambdad_'))
  }
  assert.deepEqual(await own(), [
    '# HELP lambdad_ends_total Ends.',
    '# TYPE lambdad_ends_total counter',
    'lambdad_ends_total{reason="idle"} 1',
    'lambdad_ends_total{reason="init-error"} 0',
    '# HELP lambdad_lines_total Lines.',
    '# TYPE lambdad_lines_total counter',
    'lambdad_lines_total 0',
    '# HELP lambdad_waiting Those that wait.',
    '# TYPE lambdad_waiting gauge',
    'lambdad_waiting 1',
    '# HELP lambdad_environments All.',
    '# TYPE lambdad_environments gauge',
    'lambdad_environments{state="busy"} 2',
    'lambdad_environments{state="idle"} 1',
  ])
  ends.idle.value += 2
  lines.value += 5
  waiting = 0
  const later = await own()
  assert.ok(later.includes('lambdad_ends_total{reason="idle"} 3'))
  assert.ok(later.includes('lambdad_lines_total 5'))
  assert.ok(later.includes('lambdad_environments{state="idle"} 0'))
})

test('the process is measured, too', async () => {
  const answer = await setUp(undefined).ask()
  assert.equal(answer.status, 200)
  assert.equal(answer.headers['Content-Type'], 'text/plain; version=0.0.4; charset=utf-8')
  for (const name of [
    'process_resident_memory_bytes',
    'nodejs_eventloop_lag_p99_seconds',
    'nodejs_gc_duration_seconds_count',
  ]) {
    assert.match(textOf(answer), new RegExp(`^# TYPE ${name.replace('_count', '')} `, 'm'))
  }
  assert.match(textOf(answer), /^process_resident_memory_bytes \d{7,}$/m)
})

test('they are for who may look at the server', async () => {
  const { metrics, ask } = setUp(guard)
  metrics.counter('lambdad_secrets_total', 'Secrets.')
  for (const [headers, status] of [
    [{ authorization: 'Bearer c0ffed' }, 401],
    [{ authorization: 'Bearer c0ffee' }, 200],
  ] as const) {
    const answer = await ask(headers)
    assert.equal(answer.status, status)
    assert.equal(textOf(answer).includes('lambdad_secrets_total'), status === 200)
    if (status === 401) assert.equal(answer.headers['WWW-Authenticate'], 'Bearer')
  }
})

test('other paths and methods are not there', async () => {
  const { ask } = setUp(undefined)
  assert.equal((await ask({}, 'GET', '/_lambdad/metrics/x')).status, 404)
  assert.equal((await ask({}, 'POST')).status, 405)
})
