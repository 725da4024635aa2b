import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  callProvider,
  createProvider,
  leaveIn,
  providerNotFound,
} from '../capacity-providers/test-kit.ts'
import { openTestLambda, refusal } from '../test-support.ts'

const update = 'UpdateCapacityProvider'

test('changes what it is given and keeps the rest', async () => {
  await using lambda = await openTestLambda()
  const made = await createProvider(lambda, 'p', {
    CapacityProviderScalingConfig: { MaxVCpuCount: 16 },
    TelemetryConfig: { LoggingConfig: { LogGroup: 'mine' } },
  })
  lambda.clock.advance(1000)
  const PropagateTags = { Mode: 'Explicit', ExplicitTags: { team: 'a' } }
  const updated = await callProvider(lambda, update, { CapacityProviderName: 'p', PropagateTags })
  assert.deepEqual(updated, {
    ...made,
    PropagateTags,
    LastModified: '2026-11-21T12:00:01.000+0000',
  })
  const again = await callProvider(lambda, update, {
    CapacityProviderName: 'p',
    CapacityProviderScalingConfig: { MaxVCpuCount: 32 },
    TelemetryConfig: { LoggingConfig: { SystemLogLevel: 'DEBUG' } },
  })
  assert.deepEqual(again, {
    ...updated,
    CapacityProviderScalingConfig: { MaxVCpuCount: 32, ScalingMode: 'Auto' },
    TelemetryConfig: { LoggingConfig: { SystemLogLevel: 'DEBUG' } },
  })
  const now = await callProvider(lambda, 'GetCapacityProvider', { CapacityProviderName: 'p' })
  assert.deepEqual(now, again)
})

test('refuses what CreateCapacityProvider refuses, and leaves it as it was', async () => {
  await using lambda = await openTestLambda()
  const made = await createProvider(lambda, 'p')
  await assert.rejects(
    lambda.call(update, {
      CapacityProviderName: 'p',
      CapacityProviderScalingConfig: { ScalingMode: 'Manual' },
    }),
    refusal('InvalidParameterValueException', 400, 'ScalingMode Manual needs ScalingPolicies.'),
  )
  const now = await callProvider(lambda, 'GetCapacityProvider', { CapacityProviderName: 'p' })
  assert.deepEqual(now, made)
})

test('404 for what is not there, 409 while another change is under way', async () => {
  await using lambda = await openTestLambda()
  await assert.rejects(lambda.call(update, { CapacityProviderName: 'q' }), providerNotFound('q'))
  await createProvider(lambda, 'p')
  for (const state of ['Pending', 'Deleting'] as const) {
    await leaveIn(lambda, 'p', state)
    await assert.rejects(
      lambda.call(update, { CapacityProviderName: 'p' }),
      refusal(
        'ResourceConflictException',
        409,
        `The operation cannot be performed at this time. The capacity provider is currently in the following state: ${state}`,
      ),
    )
  }
})
