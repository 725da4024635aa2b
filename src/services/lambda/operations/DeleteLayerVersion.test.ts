/** Functions that have what is deleted: layers/references.test.ts. Expected values by origin: docs, observed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  badNumber,
  denied,
  getLayer,
  layerPrefix,
  noLayer,
  publishLayer,
  stranger,
} from '../layers/test-kit.ts'
import { blobIdOf, openTestLambda, packageOf } from '../test-support.ts'

test('takes the package along, unless somebody else has it, and may be repeated (docs)', async () => {
  await using lambda = await openTestLambda()
  const { Content } = await publishLayer(lambda, 'a', { Content: { ZipFile: packageOf('same') } })
  await publishLayer(lambda, 'b', { Content: { ZipFile: packageOf('same') } })
  const blob = blobIdOf(Content?.CodeSha256)
  const remove = (LayerName: string) =>
    lambda.call('DeleteLayerVersion', { LayerName, VersionNumber: 1 })
  await remove('a')
  await remove('a')
  await assert.rejects(getLayer(lambda, 'a', 1), noLayer)
  assert.ok(await lambda.hasBlob(blob))
  await remove('b')
  assert.ok(!(await lambda.hasBlob(blob)))
})

test('refuses numbers that no version has (observed), and other accounts', async () => {
  await using lambda = await openTestLambda()
  await publishLayer(lambda, 'a')
  const remove = (input: object, changes = {}) => lambda.call('DeleteLayerVersion', input, changes)
  await assert.rejects(remove({ LayerName: 'a', VersionNumber: 0 }), badNumber)
  const arn = `${layerPrefix}a`
  await assert.rejects(
    remove({ LayerName: arn, VersionNumber: 1 }, stranger),
    denied('DeleteLayerVersion', `${arn}:1`),
  )
  assert.equal((await getLayer(lambda, 'a', 1)).Version, 1)
})
