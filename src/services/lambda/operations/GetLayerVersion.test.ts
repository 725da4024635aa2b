/** Expected values by origin: observed, reported. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  badNumber,
  denied,
  getLayer,
  layerPrefix,
  noLayer,
  permit,
  publishLayer,
  stranger,
} from '../layers/test-kit.ts'
import { openTestLambda, refusal } from '../test-support.ts'

test('refuses what is not there, or cannot be (observed)', async () => {
  await using lambda = await openTestLambda()
  await publishLayer(lambda, 'tools')
  await assert.rejects(getLayer(lambda, 'tools', 2), noLayer)
  await assert.rejects(getLayer(lambda, 'nothing', 1), noLayer)
  for (const version of [0, -1]) await assert.rejects(getLayer(lambda, 'tools', version), badNumber)
  await assert.rejects(
    getLayer(lambda, 'arn:aws:lambda:us-east-1:123456789012:layer:tools', 1),
    refusal('ResourceNotFoundException', 404, /^Layers from 'us-east-1' are not reachable/),
  )
  for (const text of [`${layerPrefix}tools:1`, 'a b', `${layerPrefix}${'x'.repeat(141)}`]) {
    await assert.rejects(
      getLayer(lambda, text, 1),
      refusal('InvalidParameterValueException', 400, /is neither a name nor an ARN of a layer/),
    )
  }
})

test('gives it to other accounts whom its policy lets have it (reported)', async () => {
  await using lambda = await openTestLambda()
  const made = await publishLayer(lambda, 'tools')
  const arn = `${layerPrefix}tools`
  const get = (version: number) => getLayer(lambda, arn, version, stranger)
  await assert.rejects(get(1), denied('GetLayerVersion', `${arn}:1`))
  // What is not there is not told apart.
  await assert.rejects(get(2), denied('GetLayerVersion', `${arn}:2`))
  // Nobody is in an organization here.
  await permit(lambda, { Principal: '*', OrganizationId: 'o-t194hfs8cz' })
  await assert.rejects(get(1), denied('GetLayerVersion', `${arn}:1`))
  await permit(lambda, { StatementId: 's2' })
  assert.deepEqual(await get(1), made)
  await assert.rejects(get(2), denied('GetLayerVersion', `${arn}:2`))
})

test('gives it to everybody when its policy says so', async () => {
  await using lambda = await openTestLambda()
  const made = await publishLayer(lambda, 'tools')
  await permit(lambda, { Principal: '*' })
  assert.deepEqual(await getLayer(lambda, `${layerPrefix}tools`, 1, stranger), made)
})
