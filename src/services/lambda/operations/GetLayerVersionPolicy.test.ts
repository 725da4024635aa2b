/** Expected values by origin: docs, observed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  denied,
  layerGone,
  layerPrefix,
  noPolicy,
  permit,
  publishLayer,
  stranger,
} from '../layers/test-kit.ts'
import { type TestLambda, openTestLambda } from '../test-support.ts'

const policy = (lambda: TestLambda, input: object = {}, changes = {}) =>
  lambda.call<object>(
    'GetLayerVersionPolicy',
    { LayerName: 'tools', VersionNumber: 1, ...input },
    changes,
  )

test('answers with the whole document as AWS renders it (docs)', async () => {
  await using lambda = await openTestLambda()
  await publishLayer(lambda, 'tools')
  const one = await permit(lambda)
  const two = await permit(lambda, { StatementId: 's2', Principal: '*' })
  assert.deepEqual(await policy(lambda), {
    Policy: `{"Version":"2012-10-17","Id":"default","Statement":[${one.Statement},${two.Statement}]}`,
    RevisionId: two.RevisionId,
  })
})

test('is of one version alone, and refuses what is not there (observed)', async () => {
  await using lambda = await openTestLambda()
  const arn = `${layerPrefix}tools`
  await publishLayer(lambda, 'tools')
  await publishLayer(lambda, 'tools')
  await permit(lambda)
  await assert.rejects(policy(lambda, { VersionNumber: 2 }), noPolicy)
  await assert.rejects(policy(lambda, { VersionNumber: 3 }), layerGone(`${arn}:3`))
  await assert.rejects(
    policy(lambda, { LayerName: arn }, stranger),
    denied('GetLayerVersionPolicy', `${arn}:1`),
  )
})
