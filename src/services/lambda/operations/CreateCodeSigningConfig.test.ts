/** Expected values by origin: docs, observed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  getConfig,
  makeConfig,
  noConfig,
  publisher,
  unknownConfig,
} from '../code-signing/test-kit.ts'
import { openTestLambda, refusal } from '../test-support.ts'

test('makes one of the form that the model has (docs)', async () => {
  await using lambda = await openTestLambda()
  const arn = await makeConfig(lambda, 'Enforce', { Description: 'first' })
  assert.match(arn, /^arn:aws:lambda:eu-west-1:123456789012:code-signing-config:csc-[a-z0-9]{17}$/)
  const made = {
    CodeSigningConfigId: arn.split(':').at(-1),
    CodeSigningConfigArn: arn,
    Description: 'first',
    AllowedPublishers: { SigningProfileVersionArns: [publisher] },
    CodeSigningPolicies: { UntrustedArtifactOnDeployment: 'Enforce' },
    LastModified: '2026-11-21T12:00:00.000+0000',
  }
  assert.deepEqual(await getConfig(lambda, arn), made)
})

test('only warns unless told (docs)', async () => {
  await using lambda = await openTestLambda()
  const arn = await makeConfig(lambda, 'Warn', { CodeSigningPolicies: undefined })
  assert.deepEqual((await getConfig(lambda, arn)).CodeSigningPolicies, {
    UntrustedArtifactOnDeployment: 'Warn',
  })
})

test('takes versions of signing profiles, and nothing else', async () => {
  await using lambda = await openTestLambda()
  const profile = publisher.slice(0, publisher.lastIndexOf('/'))
  for (const wrong of [profile, publisher.replace('signer', 'lambda'), 'ours']) {
    await assert.rejects(
      makeConfig(lambda, 'Warn', {
        AllowedPublishers: { SigningProfileVersionArns: [publisher, wrong] },
      }),
      refusal(
        'InvalidParameterValueException',
        400,
        `${wrong} is no ARN of a version of a signing profile.`,
      ),
    )
  }
  assert.deepEqual(await lambda.call('ListCodeSigningConfigs', {}), { CodeSigningConfigs: [] })
})

test('has tags', async () => {
  await using lambda = await openTestLambda()
  const Resource = await makeConfig(lambda, 'Warn', { Tags: { team: 'a' } })
  await lambda.call('TagResource', { Resource, Tags: { stage: 'test' } })
  await lambda.call('UntagResource', { Resource, TagKeys: ['team'] })
  const { Tags } = await lambda.call<{ Tags: object }>('ListTags', { Resource })
  assert.deepEqual(Tags, { stage: 'test' })
  await assert.rejects(
    lambda.call('ListTags', { Resource: unknownConfig }),
    noConfig(unknownConfig),
  )
  await assert.rejects(
    lambda.call('TagResource', { Resource: unknownConfig, Tags: { a: 'b' } }),
    noConfig(unknownConfig),
  )
})
