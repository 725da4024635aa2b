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
import { type TestLambda, openTestLambda, refusal } from '../test-support.ts'

const update = (lambda: TestLambda, arn: string, changes: object) =>
  lambda.call<{ CodeSigningConfig: object }>('UpdateCodeSigningConfig', {
    CodeSigningConfigArn: arn,
    ...changes,
  })

test('changes what it is told, and when it was changed', async () => {
  await using lambda = await openTestLambda()
  const arn = await makeConfig(lambda, 'Enforce', { Description: 'first' })
  const made = await getConfig(lambda, arn)
  lambda.clock.advance(1000)
  const changed = {
    ...made,
    CodeSigningPolicies: { UntrustedArtifactOnDeployment: 'Warn' },
    LastModified: '2026-11-21T12:00:01.000+0000',
  }
  assert.deepEqual(
    await update(lambda, arn, { CodeSigningPolicies: changed.CodeSigningPolicies }),
    {
      CodeSigningConfig: changed,
    },
  )
  const other = publisher.replace('Version001', 'Version002')
  const AllowedPublishers = { SigningProfileVersionArns: [other] }
  await update(lambda, arn, { Description: '', AllowedPublishers })
  assert.deepEqual(await getConfig(lambda, arn), { ...changed, Description: '', AllowedPublishers })
})

test('refuses what is not there (observed), and publishers that are none', async () => {
  await using lambda = await openTestLambda()
  await assert.rejects(update(lambda, unknownConfig, {}), noConfig(unknownConfig))
  const arn = await makeConfig(lambda)
  await assert.rejects(
    update(lambda, arn, { AllowedPublishers: { SigningProfileVersionArns: ['ours'] } }),
    refusal(
      'InvalidParameterValueException',
      400,
      'ours is no ARN of a version of a signing profile.',
    ),
  )
})
