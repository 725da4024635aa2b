/** Expected values by origin: observed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { GetLayerVersionResponse } from '@aws-sdk/client-lambda'
import {
  badNumber,
  denied,
  layerPrefix,
  noLayer,
  permit,
  publishLayer,
  stranger,
} from '../layers/test-kit.ts'
import { type TestLambda, openTestLambda, refusal } from '../test-support.ts'

const get = (lambda: TestLambda, Arn: string, changes = {}) =>
  lambda.call<GetLayerVersionResponse>('GetLayerVersionByArn', { Arn }, changes)

test('answers as GetLayerVersion does', async () => {
  await using lambda = await openTestLambda()
  const made = await publishLayer(lambda, 'tools')
  const arn = `${layerPrefix}tools:1`
  assert.deepEqual(await get(lambda, arn), made)
  await assert.rejects(get(lambda, arn, stranger), denied('GetLayerVersion', arn))
  await permit(lambda)
  assert.deepEqual(await get(lambda, arn, stranger), made)
})

test('refuses what is not there, or cannot be (observed)', async () => {
  await using lambda = await openTestLambda()
  await publishLayer(lambda, 'tools')
  await assert.rejects(get(lambda, `${layerPrefix}tools:2`), noLayer)
  await assert.rejects(get(lambda, `${layerPrefix}tools:0`), badNumber)
  await assert.rejects(
    get(lambda, 'arn:aws:lambda:us-east-1:123456789012:layer:tools:1'),
    refusal('ResourceNotFoundException', 404, /^Layers from 'us-east-1' are not reachable/),
  )
  for (const arn of ['arn:aws:lambda:::awslayer:x', `${layerPrefix}tools`, 'tools']) {
    await assert.rejects(
      get(lambda, arn),
      refusal('InvalidParameterValueException', 400, `${arn} is no ARN of a layer version.`),
    )
  }
})
