import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { FakeClock } from '../../test/kit/fake-clock.ts'
import { rawRequest } from '../../test/kit/raw-request.ts'
import type { AccountId } from '../kernel/brand.ts'
import type { ServerConfig } from '../kernel/config.ts'
import { ServiceError } from '../kernel/errors.ts'
import type { Principal } from '../kernel/operation.ts'
import type { RawRequest, RawRoute } from '../kernel/ports.ts'
import type { Guard } from './guard.ts'
import { statusRoutes } from './status.ts'

const config = { network: 'egress', auth: 'on', runtimeFallback: true } as ServerConfig

const rootAccount = '000000000000' as AccountId
const guard: Guard = { token: 'c0ffee', rootAccount }

function routes(clock = new FakeClock()): RawRoute[] {
  const dataplane = { environments: 2, waiting: 3, invocations: 1 }
  return statusRoutes({ config, clock, backend: { name: 'crun' }, dataplane, guard })
}

/** By the root user, but for `changes`. */
async function get(
  all: RawRoute[],
  path: string,
  changes: Partial<RawRequest> = {},
): Promise<{ status: number; body: Record<string, unknown> }> {
  const route = all.find(({ pathPrefix }) => path.startsWith(pathPrefix))
  const { status, body } = await route!.handle(
    rawRequest({ path, identify: as(rootAccount), ...changes }),
  )
  assert.ok(typeof body === 'string')
  return { status, body: JSON.parse(body) as Record<string, unknown> }
}

const as = (userId: string) => () => ({ userId }) as Principal

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

  it('is for who may look at the server', async () => {
    const { status, body } = await get(routes(), '/_lambdad/status', { identify: as('AIDAUSER') })
    assert.deepEqual([status, body['code']], [403, 'AccessDeniedException'])
    const headers = { authorization: 'Bearer c0ffee' }
    assert.equal((await get(routes(), '/_lambdad/status', { headers })).status, 200)
  })

  it('tells nobody anything who does not sign, in the words of the authenticator', async () => {
    const refusal = new ServiceError('MissingAuthenticationTokenException', 'no', { status: 403 })
    for (const path of ['/_lambdad/status', '/_lambdad/runtimes']) {
      assert.deepEqual(await get(routes(), path, { identify: () => Promise.reject(refusal) }), {
        status: 403,
        body: { code: 'MissingAuthenticationTokenException', message: 'no' },
      })
    }
    const identify = () => Promise.reject(new TypeError('ours'))
    await assert.rejects(get(routes(), '/_lambdad/status', { identify }), TypeError)
    await assert.rejects(get(routes(), '/_lambdad/runtimes', { identify }), TypeError)
  })

  it('is read, and is nowhere else', async () => {
    const all = routes()
    assert.equal((await get(all, '/_lambdad/status', { method: 'POST' })).status, 405)
    assert.equal((await get(all, '/_lambdad/status/x')).status, 404)
  })
})
