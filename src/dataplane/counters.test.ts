import assert from 'node:assert/strict'
import { test } from 'node:test'
import { World, settle, versionOf } from '../../test/kit/counting-world.ts'
import { type FakeRuntime, silent } from '../../test/kit/fake-sandbox.ts'
import { refillDelayMs, waitingMin } from './limits.ts'

test('invocations are counted by how they end, cold starts by where the sandbox came from', async () => {
  const runtime: FakeRuntime = async (process) => {
    await process.ready()
    const event = await process.next()
    const id = event.headers['lambda-runtime-aws-request-id']
    process.post(`invocation/${id}/error`, '{"errorType":"E","errorMessage":"no"}')
    await process.answer()
    await process.next()
    process.exit(3)
  }
  const world = new World({ runtime, memoryBudgetBytes: 1024 ** 4, environmentsMax: 1 })
  await world.invoke()
  const busy = world.invoke()
  await settle()
  await busy
  assert.deepEqual(world.counted('lambdad_invocations_total'), { failure: 1, error: 1 })
  await world.pass(refillDelayMs)
  assert.equal(world.counted('lambdad_sandboxes_waiting')[''], waitingMin)

  const polites = new World({ memoryBudgetBytes: 1024 ** 4 })
  await Promise.all([polites.invoke(), polites.invoke()])
  await polites.prepare()
  await polites.invoke(versionOf('g'))
  assert.deepEqual(polites.counted('lambdad_invocations_total'), { success: 3 })
  assert.deepEqual(polites.counted('lambdad_cold_starts_total'), { new: 2, pool: 1 })
  assert.deepEqual(polites.counted('lambdad_environments'), { idle: 3 })
})

test('what runs, starts, or finds no room can be seen', async () => {
  const world = new World({ runtime: silent, environmentsMax: 2 })
  void world.invoke()
  await settle()
  world.backend.gate = new Promise(() => undefined)
  void world.invoke(versionOf('g'))
  await settle()
  assert.deepEqual(world.counted('lambdad_environments'), { busy: 1, starting: 1 })
  assert.match(await world.invoke(versionOf('h')), /Rate Exceeded/)
  assert.deepEqual(world.counted('lambdad_invocations_total'), { throttled: 1 })
  await world.pass(versionOf('f').timeoutMs)
  assert.deepEqual(world.counted('lambdad_invocations_total'), { throttled: 1, timeout: 1 })
})
