import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock } from '../../test/kit/fake-clock.ts'
import type { ServerConfig } from '../kernel/config.ts'
import { ServiceError } from '../kernel/errors.ts'
import type { RawRequest, RawRoute } from '../kernel/ports.ts'
import { statusRoutes } from './status.ts'

const config = { network: 'egress', auth: 'on', runtimeFallback: true } as ServerConfig

function routes(clock = new FakeClock()): RawRoute[] {
  const dataplane = { environments: 2, waiting: 3, invocations: 1 }
  return statusRoutes({ config, clock, backend: { name: 'crun' }, dataplane })
}

/** @param refusal of whoever looks at the signature */
async function get(
  all: RawRoute[],
  path: string,
  { method = 'GET', refusal }: { readonly method?: string; readonly refusal?: Error } = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const route = all.find(({ pathPrefix }) => path.startsWith(pathPrefix))
  const request = {
    ...{ method, path, query: '', headers: {}, body: new Uint8Array() },
    identify: () => (refusal ? Promise.reject(refusal) : {}),
  } as unknown as RawRequest
  const { status, body } = await route!.handle(request)
  return { status, body: JSON.parse(String(body)) as Record<string, unknown> }
}

describe('/_lambdad/status', () => {
  it('tells what runs, and since when', async () => {
    const clock = new FakeClock(1_000_000)
    const all = routes(clock)
    clock.advance(65_000)
    const { status, body } = await get(all, '/_lambdad/status')
    const { version, ...rest } = body
    assert.deepEqual([status, typeof version], [200, 'string'])
    assert.deepEqual(rest, {
      startedAtMs: 1_000_000,
      uptimeMs: 65_000,
      isolation: 'crun',
      network: 'egress',
      auth: 'on',
      runtimeFallback: true,
      environments: 2,
      waiting: 3,
      invocations: 1,
    })
  })

  it('tells nothing to those who may not ask, in the words of the authenticator', async () => {
    const refusal = new ServiceError('MissingAuthenticationTokenException', 'no', { status: 403 })
    for (const path of ['/_lambdad/status', '/_lambdad/runtimes']) {
      assert.deepEqual(await get(routes(), path, { refusal }), {
        status: 403,
        body: { code: 'MissingAuthenticationTokenException', message: 'no' },
      })
    }
    const broken = get(routes(), '/_lambdad/status', { refusal: new TypeError('ours') })
    await assert.rejects(broken, TypeError)
  })

  it('is read, and is nowhere else', async () => {
    const all = routes()
    assert.equal((await get(all, '/_lambdad/status', { method: 'POST' })).status, 405)
    assert.equal((await get(all, '/_lambdad/status/x')).status, 404)
  })
})
