/** Functions with tenant isolation. Facts: developer guide, "Tenant isolation" and the pages below it. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { first, invoke, read, setUp, settle } from '../../test/kit/dataplane.ts'
import { type FakeRuntime, polite, silent } from '../../test/kit/fake-sandbox.ts'
import { ServiceError } from '../kernel/errors.ts'
import type { RunnableVersion } from '../kernel/ports.ts'
import { idleEnvironmentMs } from './limits.ts'

/** Answers with the tenants it has seen, in their order. */
function remembering(): FakeRuntime {
  return async (process) => {
    const seen: string[] = []
    for (let event = await process.next(); ; event = await process.next()) {
      const { headers } = event
      seen.push(headers['lambda-runtime-aws-tenant-id'] ?? 'none')
      const id = headers['lambda-runtime-aws-request-id']
      process.post(`invocation/${id}/response`, JSON.stringify(seen))
      await process.answer()
    }
  }
}

test('no environment serves two tenants, and each goes on with its own', async () => {
  const { backend, dataplane } = setUp(remembering())
  const ask = async (tenantId: string) => read(await invoke(dataplane, {}, { tenantId }))
  assert.deepEqual(await ask('blue'), ['blue'])
  assert.deepEqual(await ask('green'), ['green'])
  assert.deepEqual(await ask('blue'), ['blue', 'blue'])
  assert.deepEqual(await ask('green'), ['green', 'green'])
  assert.equal(backend.processes.length, 2)
  await dataplane[Symbol.asyncDispose]()
  assert.equal(backend.alive.size, 0)
})

test('a function without tenants hears of none', async () => {
  const { dataplane } = setUp(remembering())
  assert.deepEqual(read(await invoke(dataplane)), ['none'])
  await dataplane[Symbol.asyncDispose]()
})

test('environments of all tenants end with an update, and with nobody using them', async () => {
  const { backend, clock, dataplane } = setUp(polite)
  for (const tenantId of ['a', 'b', 'c']) await invoke(dataplane, {}, { tenantId })
  await settle()
  assert.equal(dataplane.environments, 3)
  dataplane.retire(first.functionArn, '$LATEST', '2', 'updated')
  await settle()
  assert.equal(backend.alive.size, 0)

  const second: RunnableVersion = { ...first, revisionId: '2' }
  for (const tenantId of ['a', 'b']) await invoke(dataplane, {}, { tenantId, version: second })
  dataplane.retire(first.functionArn, '$LATEST', '2', 'updated')
  await settle()
  assert.equal(backend.alive.size, 2)
  clock.advance(idleEnvironmentMs + 2000)
  await settle()
  assert.equal(backend.alive.size, 0)
  // And comes back.
  await invoke(dataplane, {}, { tenantId: 'a', version: second })
  await settle()
  assert.equal(backend.alive.size, 1)
  await dataplane[Symbol.asyncDispose]()
})

test('a full machine makes room for a tenant by the environment idle longest, whosever it is', async () => {
  const { backend, clock, dataplane } = setUp(polite, { environmentsMax: 2 })
  for (const tenantId of ['a', 'b', 'c']) {
    await invoke(dataplane, {}, { tenantId })
    await settle()
    clock.advance(10)
  }
  await settle()
  assert.equal(backend.alive.size, 2)
  assert.equal(backend.processes.length, 3)
  await invoke(dataplane, {}, { tenantId: 'b' })
  assert.equal(backend.processes.length, 3)
  await dataplane[Symbol.asyncDispose]()
})

test('a function has two and a half environments of tenants for each execution it may have (docs)', async () => {
  const { backend, dataplane } = setUp(polite)
  dataplane.reserve(first, first.functionArn, 2)
  for (const tenantId of ['a', 'b', 'c', 'd', 'e']) {
    await invoke(dataplane, {}, { tenantId })
    await settle()
  }
  await assert.rejects(invoke(dataplane, {}, { tenantId: 'f' }), (error) => {
    assert.ok(error instanceof ServiceError)
    assert.equal(error.status, 429)
    assert.equal(error.message, 'Rate Exceeded.')
    return true
  })
  // Those that are there go on.
  await invoke(dataplane, {}, { tenantId: 'c' })
  assert.equal(backend.processes.length, 5)
  await dataplane[Symbol.asyncDispose]()
})

test('tenants share the concurrency of their function', async () => {
  const { dataplane } = setUp(silent)
  dataplane.reserve(first, first.functionArn, 1)
  const busy = invoke(dataplane, {}, { tenantId: 'a' })
  await settle()
  await assert.rejects(invoke(dataplane, {}, { tenantId: 'b' }), {
    code: 'TooManyRequestsException',
  })
  await dataplane[Symbol.asyncDispose]()
  assert.equal((await busy).functionError, 'Unhandled')
})

test('JSON logs tell the tenant (docs)', async () => {
  const { dataplane, lines } = setUp(polite)
  const version: RunnableVersion = { ...first, logFormat: 'JSON', systemLogLevel: 'DEBUG' }
  await invoke(dataplane, {}, { tenantId: 'blue', version })
  await settle()
  const events = lines.map((line) => JSON.parse(line) as LogEvent)
  for (const type of ['platform.start', 'platform.runtimeDone', 'platform.report']) {
    const event = events.find((each) => each.type === type)
    assert.equal(event?.record.tenantId, 'blue', type)
  }
  await dataplane[Symbol.asyncDispose]()
})

interface LogEvent {
  readonly type: string
  readonly record: { readonly tenantId?: string }
}
