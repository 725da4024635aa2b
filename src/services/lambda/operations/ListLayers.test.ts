/** Expected values by origin: docs. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ListLayersResponse } from '@aws-sdk/client-lambda'
import { layerPrefix, publishLayer, stranger } from '../layers/test-kit.ts'
import { openTestLambda, refusal } from '../test-support.ts'

test('has each layer by name with its newest version', async () => {
  await using lambda = await openTestLambda()
  for (const name of ['b', 'a', 'b']) await publishLayer(lambda, name)
  const { Layers } = await lambda.call<ListLayersResponse>('ListLayers', {})
  assert.deepEqual(Layers, [
    {
      LayerName: 'a',
      LayerArn: `${layerPrefix}a`,
      LatestMatchingVersion: {
        LayerVersionArn: `${layerPrefix}a:1`,
        Version: 1,
        Description: '',
        CreatedDate: '2026-11-21T12:00:00.000+0000',
      },
    },
    {
      LayerName: 'b',
      LayerArn: `${layerPrefix}b`,
      LatestMatchingVersion: {
        LayerVersionArn: `${layerPrefix}b:2`,
        Version: 2,
        Description: '',
        CreatedDate: '2026-11-21T12:00:00.000+0000',
      },
    },
  ])
  assert.deepEqual(await lambda.call('ListLayers', {}, stranger), { Layers: [] })
})

test('is narrowed to what versions say they are made for, of which it shows the newest (docs)', async () => {
  await using lambda = await openTestLambda()
  await publishLayer(lambda, 'both', { CompatibleRuntimes: ['nodejs22.x'] })
  await publishLayer(lambda, 'both', {
    CompatibleRuntimes: ['nodejs24.x'],
    CompatibleArchitectures: ['arm64'],
  })
  await publishLayer(lambda, 'unsaid')
  const list = async (filter: object) => {
    const { Layers } = await lambda.call<ListLayersResponse>('ListLayers', filter)
    return Layers?.map((layer) => layer.LatestMatchingVersion?.LayerVersionArn)
  }
  assert.deepEqual(await list({ CompatibleRuntime: 'nodejs22.x' }), [`${layerPrefix}both:1`])
  assert.deepEqual(await list({ CompatibleArchitecture: 'arm64' }), [`${layerPrefix}both:2`])
  assert.deepEqual(await list({ CompatibleRuntime: 'python3.14' }), [])
})

test('comes in pages that have every layer once', async () => {
  await using lambda = await openTestLambda()
  const names = Array.from({ length: 53 }, (_, index) => `l${String(index).padStart(3, '0')}`)
  for (const name of names) await publishLayer(lambda, name)
  const first = await lambda.call<ListLayersResponse>('ListLayers', {})
  const rest = await lambda.call<ListLayersResponse>('ListLayers', { Marker: first.NextMarker })
  assert.equal(first.Layers?.length, 50)
  assert.deepEqual(
    [...(first.Layers ?? []), ...(rest.Layers ?? [])].map(({ LayerName }) => LayerName),
    names,
  )
  assert.equal(rest.NextMarker, undefined)
})

test('finds layers behind ones of many versions', async () => {
  await using lambda = await openTestLambda()
  for (let made = 0; made < 205; made += 1) await publishLayer(lambda, 'many')
  await publishLayer(lambda, 'other', { CompatibleRuntimes: ['nodejs24.x'] })
  const list = async (filter: object) => {
    const { Layers } = await lambda.call<ListLayersResponse>('ListLayers', filter)
    return Layers?.map((layer) => layer.LatestMatchingVersion?.LayerVersionArn)
  }
  assert.deepEqual(await list({}), [`${layerPrefix}many:205`, `${layerPrefix}other:1`])
  assert.deepEqual(await list({ CompatibleRuntime: 'nodejs24.x' }), [`${layerPrefix}other:1`])
})

test('a marker that is none is refused', async () => {
  await using lambda = await openTestLambda()
  await assert.rejects(
    lambda.call('ListLayers', { Marker: 'elsewhere' }),
    refusal('InvalidParameterValueException', 400, /^Invalid Marker/),
  )
})
