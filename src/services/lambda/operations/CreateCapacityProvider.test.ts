/** The texts of the refusals are ours. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  PermissionsConfig,
  VpcConfig,
  callProvider,
  createProvider,
  leastProvider,
  leaveIn,
  providerArnPrefix,
  untilGone,
} from '../capacity-providers/test-kit.ts'
import { putProvider } from '../capacity-providers/tables.ts'
import type { LambdaTables } from '../tables.ts'
import { context, openTestData, openTestLambda, refusal } from '../test-support.ts'

const invalid = (words: string | RegExp) => refusal('InvalidParameterValueException', 400, words)

test('answers Pending, with the documented defaults, and is Active soon (docs)', async () => {
  await using lambda = await openTestLambda()
  const made = await callProvider(lambda, 'CreateCapacityProvider', leastProvider('p'))
  const shown = {
    CapacityProviderArn: `${providerArnPrefix}p`,
    State: 'Pending',
    VpcConfig,
    PermissionsConfig,
    CapacityProviderScalingConfig: { MaxVCpuCount: 400, ScalingMode: 'Auto' },
    LastModified: '2026-11-21T12:00:00.000+0000',
  }
  assert.deepEqual(made, shown)
  await lambda.end()
  const now = await callProvider(lambda, 'GetCapacityProvider', { CapacityProviderName: 'p' })
  assert.deepEqual(now, { ...shown, State: 'Active' })
})

test('keeps and shows all that it is given', async () => {
  await using lambda = await openTestLambda()
  const given = {
    InstanceRequirements: { Architectures: ['x86_64'], AllowedInstanceTypes: ['m7*'] },
    CapacityProviderScalingConfig: {
      MaxVCpuCount: 16,
      ScalingMode: 'Manual',
      ScalingPolicies: [
        { PredefinedMetricType: 'LambdaCapacityProviderAverageCPUUtilization', TargetValue: 50 },
      ],
    },
    KmsKeyArn: 'arn:aws:kms:eu-west-1:123456789012:key/k',
    PropagateTags: { Mode: 'Explicit', ExplicitTags: { team: 'a' } },
    TelemetryConfig: { LoggingConfig: { SystemLogLevel: 'WARN', LogGroup: 'mine' } },
  }
  const { LastModified: _, ...made } = await createProvider(lambda, 'p', {
    ...given,
    Tags: { stage: 'test' },
  })
  assert.deepEqual(made, {
    CapacityProviderArn: `${providerArnPrefix}p`,
    State: 'Active',
    VpcConfig,
    PermissionsConfig,
    ...given,
  })
  const Resource = `${providerArnPrefix}p`
  assert.deepEqual(await lambda.call('ListTags', { Resource }), { Tags: { stage: 'test' } })
  await lambda.call('TagResource', { Resource, Tags: { more: '1' } })
  await lambda.call('UntagResource', { Resource, TagKeys: ['stage'] })
  assert.deepEqual(await lambda.call('ListTags', { Resource }), { Tags: { more: '1' } })
})

test('what a killed server left is finished by the next', async () => {
  await using data = await openTestData()
  {
    await using lambda = await openTestLambda(data)
    await createProvider(lambda, 'coming')
    await createProvider(lambda, 'going')
  }
  await leaveIn(data, 'coming', 'Pending')
  await leaveIn(data, 'going', 'Deleting')
  await using lambda = await openTestLambda(data)
  await lambda.service.resume()
  await untilGone(lambda, 'going')
  await lambda.end()
  const now = await callProvider(lambda, 'GetCapacityProvider', { CapacityProviderName: 'coming' })
  assert.equal(now.State, 'Active')
})

test('refuses a name that is taken, by name or ARN', async () => {
  await using lambda = await openTestLambda()
  await createProvider(lambda, 'p')
  for (const name of ['p', `${providerArnPrefix}p`]) {
    await assert.rejects(
      lambda.call('CreateCapacityProvider', leastProvider(name)),
      refusal('ResourceConflictException', 409, 'Capacity provider already exists: p'),
    )
  }
})

test('refuses what contradicts itself', async () => {
  await using lambda = await openTestLambda()
  const policy = {
    PredefinedMetricType: 'LambdaCapacityProviderAverageCPUUtilization',
    TargetValue: 50,
  }
  const refused: [object, string | RegExp][] = [
    [
      { InstanceRequirements: { AllowedInstanceTypes: ['a'], ExcludedInstanceTypes: ['b'] } },
      'AllowedInstanceTypes and ExcludedInstanceTypes exclude each other.',
    ],
    [
      { CapacityProviderScalingConfig: { ScalingMode: 'Manual' } },
      'ScalingMode Manual needs ScalingPolicies.',
    ],
    [
      { CapacityProviderScalingConfig: { ScalingPolicies: [policy] } },
      'ScalingPolicies are only for ScalingMode Manual.',
    ],
    [
      { PropagateTags: { Mode: 'Explicit' } },
      'PropagateTags with Mode Explicit needs ExplicitTags.',
    ],
    [
      { PropagateTags: { Mode: 'None', ExplicitTags: { a: '1' } } },
      'ExplicitTags are only for PropagateTags with Mode Explicit.',
    ],
    [{ PropagateTags: { Mode: 'Explicit', ExplicitTags: { 'aws:a': '1' } } }, /aws:/],
    [{ Tags: { 'aws:a': '1' } }, /aws:/],
    [
      { CapacityProviderName: 'n'.repeat(85) },
      /'capacityProviderName' failed .* less than or equal to 84$/,
    ],
  ]
  for (const [changes, words] of refused) {
    await assert.rejects(
      lambda.call('CreateCapacityProvider', { ...leastProvider('p'), ...changes }),
      invalid(words),
    )
  }
  assert.deepEqual(await lambda.call('ListCapacityProviders', {}), { CapacityProviders: [] })
  await createProvider(lambda, 'n'.repeat(84))
})

test('refuses the ARN of another region', async () => {
  await using lambda = await openTestLambda()
  const arn = `${providerArnPrefix}p`.replace('eu-west-1', 'us-east-1')
  await assert.rejects(
    lambda.call('CreateCapacityProvider', leastProvider(arn)),
    refusal('ResourceNotFoundException', 404, `Capacity provider not found: ${arn}`),
  )
})

test('refuses the thousand and first (docs)', async () => {
  await using lambda = await openTestLambda()
  const { account, region } = context
  await lambda.store.transaction<LambdaTables, void>('TEST:MANY', async (db) => {
    for (let n = 0; n < 1000; n += 1) {
      const name = `p${n}`
      await putProvider(db, {
        ...{ account, region, name, settings: leastProvider(name), state: 'Active' },
        ...{ lastModifiedMs: 0, tags: {} },
      })
    }
  })
  await assert.rejects(
    lambda.call('CreateCapacityProvider', leastProvider('one-more')),
    refusal('CapacityProviderLimitExceededException', 400, /maximum number of capacity providers/),
  )
})
