import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  callProvider,
  createProvider,
  providerArnPrefix,
  providerNotFound,
} from '../capacity-providers/test-kit.ts'
import { openTestLambda, refusal } from '../test-support.ts'

const get = 'GetCapacityProvider'

test('finds it by name and by ARN', async () => {
  await using lambda = await openTestLambda()
  const made = await createProvider(lambda, 'p')
  for (const CapacityProviderName of ['p', `${providerArnPrefix}p`]) {
    assert.deepEqual(await callProvider(lambda, get, { CapacityProviderName }), made)
  }
})

test('404 for what is not there, or is in another account or region', async () => {
  await using lambda = await openTestLambda()
  await createProvider(lambda, 'p')
  await assert.rejects(lambda.call(get, { CapacityProviderName: 'q' }), providerNotFound('q'))
  for (const [own, other] of [
    ['eu-west-1', 'us-east-1'],
    ['123456789012', '210987654321'],
  ] as const) {
    const arn = `${providerArnPrefix}p`.replace(own, other)
    await assert.rejects(
      lambda.call(get, { CapacityProviderName: arn }),
      refusal('ResourceNotFoundException', 404, `Capacity provider not found: ${arn}`),
    )
  }
})
