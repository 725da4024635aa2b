import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ListFunctionsResponse } from '@aws-sdk/client-lambda'
import {
  type TestLambda,
  arnPrefix,
  leastRequest,
  openTestLambda,
  refusal,
} from '../test-support.ts'

const list = (lambda: TestLambda, input: object, changes = {}) =>
  lambda.call<ListFunctionsResponse>('ListFunctions', input, changes)

const names = (page: ListFunctionsResponse) => page.Functions?.map((each) => each.FunctionName)

async function createMany(lambda: TestLambda, count: number): Promise<string[]> {
  const made = Array.from({ length: count }, (_, index) => `f${String(index).padStart(3, '0')}`)
  await Promise.all(made.map((name) => lambda.call('CreateFunction', leastRequest(name))))
  return made
}

test('lists nothing where there is nothing', async () => {
  await using lambda = await openTestLambda()
  assert.deepEqual(await list(lambda, {}), { Functions: [] })
})

test('lists configurations without states (docs)', async () => {
  await using lambda = await openTestLambda()
  const made = await lambda.create('f', { Environment: { Variables: { A: '1' } } })
  const { Functions } = await list(lambda, {})
  const { State, LastUpdateStatus, RuntimeVersionConfig, ...listed } = made
  assert.ok(RuntimeVersionConfig?.RuntimeVersionArn)
  assert.equal(`${State} ${LastUpdateStatus}`, 'Active Successful')
  assert.deepEqual(Functions, [listed])
})

test('gives at most 50 a page, whatever MaxItems says (docs), and every function once', async () => {
  await using lambda = await openTestLambda()
  const all = await createMany(lambda, 53)
  const first = await list(lambda, { MaxItems: 10_000 })
  assert.deepEqual(names(first), all.slice(0, 50))
  const second = await list(lambda, { Marker: first.NextMarker })
  assert.deepEqual(names(second), all.slice(50))
  assert.equal(second.NextMarker, undefined)
})

test('a page that ends with the last function has no NextMarker', async () => {
  await using lambda = await openTestLambda()
  const all = await createMany(lambda, 4)
  const first = await list(lambda, { MaxItems: 2 })
  const second = await list(lambda, { MaxItems: 2, Marker: first.NextMarker })
  assert.deepEqual([...(names(first) ?? []), ...(names(second) ?? [])], all)
  assert.equal(second.NextMarker, undefined)
})

test('what is deleted or made between two pages disturbs neither', async () => {
  await using lambda = await openTestLambda()
  await createMany(lambda, 4)
  const first = await list(lambda, { MaxItems: 2 })
  await lambda.call('DeleteFunction', { FunctionName: 'f001' })
  await lambda.create('f000a')
  await lambda.create('f002a')
  const second = await list(lambda, { Marker: first.NextMarker })
  assert.deepEqual(names(second), ['f002', 'f002a', 'f003'])
})

test('lists one account and region', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f')
  assert.deepEqual(await list(lambda, {}, { region: 'us-east-1' }), { Functions: [] })
  assert.deepEqual(await list(lambda, {}, { account: '0'.repeat(12) }), { Functions: [] })
})

test('with FunctionVersion ALL each version stands under its own ARN (docs)', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f')
  const { Functions } = await list(lambda, { FunctionVersion: 'ALL' })
  assert.equal(Functions?.[0]?.FunctionArn, `${arnPrefix}f:$LATEST`)
})

test('nothing is replicated from another region', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f')
  const replicas = await list(lambda, { MasterRegion: 'us-east-1', FunctionVersion: 'ALL' })
  assert.deepEqual(replicas, { Functions: [] })
})

test('a marker that is none is refused', async () => {
  await using lambda = await openTestLambda()
  await assert.rejects(
    list(lambda, { Marker: 'elsewhere' }),
    refusal('InvalidParameterValueException', 400, /^Invalid Marker/),
  )
})
