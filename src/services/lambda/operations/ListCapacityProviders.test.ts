import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ListCapacityProvidersResponse } from '@aws-sdk/client-lambda'
import { createProvider, leaveIn } from '../capacity-providers/test-kit.ts'
import { type TestLambda, openTestLambda, refusal } from '../test-support.ts'

const list = (lambda: TestLambda, input: object = {}, changes = {}) =>
  lambda.call<ListCapacityProvidersResponse>('ListCapacityProviders', input, changes)

const names = ({ CapacityProviders = [] }: ListCapacityProvidersResponse) =>
  CapacityProviders.map(({ CapacityProviderArn = '' }) => CapacityProviderArn.split(':').at(-1))

test('gives every one once, by name, page by page', async () => {
  await using lambda = await openTestLambda()
  assert.deepEqual(await list(lambda), { CapacityProviders: [] })
  const made = [await createProvider(lambda, 'a'), await createProvider(lambda, 'b')]
  await createProvider(lambda, 'c')
  const first = await list(lambda, { MaxItems: 2 })
  assert.deepEqual(first.CapacityProviders, made)
  const second = await list(lambda, { MaxItems: 2, Marker: first.NextMarker })
  assert.deepEqual(names(second), ['c'])
  assert.equal(second.NextMarker, undefined)
  assert.equal((await list(lambda, { MaxItems: 3 })).NextMarker, undefined)
})

test('those in a state, and those of the caller alone', async () => {
  await using lambda = await openTestLambda()
  for (const name of ['a', 'b', 'c']) await createProvider(lambda, name)
  await leaveIn(lambda, 'b', 'Deleting')
  assert.deepEqual(names(await list(lambda, { State: 'Active' })), ['a', 'c'])
  assert.deepEqual(names(await list(lambda, { State: 'Deleting' })), ['b'])
  assert.deepEqual(names(await list(lambda, { State: 'Failed' })), [])
  assert.deepEqual(names(await list(lambda, {}, { region: 'us-east-1' })), [])
})

test('refuses a marker that is none', async () => {
  await using lambda = await openTestLambda()
  await assert.rejects(
    list(lambda, { Marker: 'x' }),
    refusal('InvalidParameterValueException', 400, /^Invalid Marker/),
  )
})
