/** Expected values by origin: docs. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ListLayerVersionsResponse } from '@aws-sdk/client-lambda'
import { denied, layerPrefix, publishLayer, stranger } from '../layers/test-kit.ts'
import { type TestLambda, openTestLambda, refusal } from '../test-support.ts'

const list = (lambda: TestLambda, input: object, changes = {}) =>
  lambda.call<ListLayerVersionsResponse>('ListLayerVersions', { LayerName: 'l', ...input }, changes)
const numbers = ({ LayerVersions }: ListLayerVersionsResponse) =>
  LayerVersions?.map(({ Version }) => Version)

test('has every version once, the newest first, page by page (docs)', async () => {
  await using lambda = await openTestLambda()
  for (let made = 0; made < 105; made += 1) await publishLayer(lambda, 'l')
  await publishLayer(lambda, 'm')
  const seen: (number | undefined)[] = []
  let Marker: string | undefined
  do {
    const page: ListLayerVersionsResponse = await list(lambda, { MaxItems: 40, Marker })
    seen.push(...(numbers(page) ?? []))
    Marker = page.NextMarker
  } while (Marker !== undefined)
  assert.deepEqual(
    seen,
    Array.from({ length: 105 }, (_, index) => 105 - index),
  )
  assert.equal((await list(lambda, {})).LayerVersions?.length, 50)
})

test('shows what was said of each version', async () => {
  await using lambda = await openTestLambda()
  await publishLayer(lambda, 'l', { Description: 'the first', LicenseInfo: 'MIT' })
  assert.deepEqual(await list(lambda, { LayerName: `${layerPrefix}l` }), {
    LayerVersions: [
      {
        LayerVersionArn: `${layerPrefix}l:1`,
        Version: 1,
        Description: 'the first',
        CreatedDate: '2026-11-21T12:00:00.000+0000',
        LicenseInfo: 'MIT',
      },
    ],
  })
})

test('is narrowed to what versions say they are made for (docs)', async () => {
  await using lambda = await openTestLambda()
  await publishLayer(lambda, 'l', { CompatibleRuntimes: ['nodejs22.x', 'nodejs24.x'] })
  await publishLayer(lambda, 'l', {
    CompatibleRuntimes: ['nodejs24.x'],
    CompatibleArchitectures: ['arm64'],
  })
  assert.deepEqual(numbers(await list(lambda, { CompatibleRuntime: 'nodejs22.x' })), [1])
  assert.deepEqual(numbers(await list(lambda, { CompatibleRuntime: 'nodejs24.x' })), [2, 1])
  const both = { CompatibleRuntime: 'nodejs24.x', CompatibleArchitecture: 'arm64' }
  assert.deepEqual(numbers(await list(lambda, both)), [2])
  assert.deepEqual(numbers(await list(lambda, { CompatibleArchitecture: 'x86_64' })), [])
})

test('is empty where there is no such layer; other accounts are refused (reported)', async () => {
  await using lambda = await openTestLambda()
  assert.deepEqual(await list(lambda, {}), { LayerVersions: [] })
  await assert.rejects(
    list(lambda, { LayerName: `${layerPrefix}l` }, stranger),
    denied('ListLayerVersions', `${layerPrefix}l`),
  )
})

test('a marker that is none, or of another list, is refused', async () => {
  await using lambda = await openTestLambda()
  for (const Marker of ['elsewhere', Buffer.from('after:name').toString('base64')]) {
    await assert.rejects(
      list(lambda, { Marker }),
      refusal('InvalidParameterValueException', 400, /^Invalid Marker/),
    )
  }
})
