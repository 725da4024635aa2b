/** Expected values by origin: docs, observed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { denied, getLayer, layerPrefix, publishLayer, stranger } from '../layers/test-kit.ts'
import { openTestLambda, packageOf, refusal } from '../test-support.ts'

test('answers with all there is to know, and GetLayerVersion with the same (docs)', async () => {
  await using lambda = await openTestLambda()
  const made = await publishLayer(lambda, 'tools', {
    Description: 'some tools',
    CompatibleRuntimes: ['nodejs24.x', 'python3.14'],
    CompatibleArchitectures: ['x86_64'],
    LicenseInfo: 'MIT',
  })
  const { Location, ...content } = made.Content ?? {}
  assert.match(Location ?? '', /^http:\/\/127\.0\.0\.1:4566\/_lambdad\/code\/[0-9a-f]{64}\?/)
  assert.deepEqual(
    { ...made, Content: content },
    {
      Content: {
        CodeSha256: made.Content?.CodeSha256,
        CodeSize: packageOf('tools').length,
      },
      LayerArn: `${layerPrefix}tools`,
      LayerVersionArn: `${layerPrefix}tools:1`,
      Version: 1,
      Description: 'some tools',
      CreatedDate: '2026-11-21T12:00:00.000+0000',
      CompatibleRuntimes: ['nodejs24.x', 'python3.14'],
      CompatibleArchitectures: ['x86_64'],
      LicenseInfo: 'MIT',
    },
  )
  const byArn = { Arn: `${layerPrefix}tools:1` }
  assert.deepEqual(await getLayer(lambda, 'tools', 1), made)
  assert.deepEqual(await getLayer(lambda, `${layerPrefix}tools`, 1), made)
  assert.deepEqual(await lambda.call('GetLayerVersionByArn', byArn), made)
})

test('leaves out what was left out', async () => {
  await using lambda = await openTestLambda()
  const made = await publishLayer(lambda, 'plain')
  assert.deepEqual(Object.keys(made).toSorted(), [
    ...['Content', 'CreatedDate', 'Description', 'LayerArn', 'LayerVersionArn', 'Version'],
  ])
  assert.equal(made.Description, '')
})

test('gives the package to whoever has the link', async () => {
  await using lambda = await openTestLambda()
  const { Content } = await publishLayer(lambda, 'tools')
  const { pathname, search } = new URL(Content?.Location ?? '')
  const [route] = lambda.service.routes
  const answer = await route?.handle({
    method: 'GET',
    path: pathname,
    query: search.slice(1),
    headers: {},
    body: new Uint8Array(),
  } as Parameters<typeof route.handle>[0])
  assert.equal(answer?.status, 200)
  assert.deepEqual(Buffer.from(answer.body as Uint8Array), Buffer.from(packageOf('tools')))
})

test('numbers versions one after the other, and never gives a number twice (docs)', async () => {
  await using lambda = await openTestLambda()
  const version = async () => (await publishLayer(lambda, 'tools')).Version
  assert.deepEqual([await version(), await version()], [1, 2])
  for (const VersionNumber of [1, 2]) {
    await lambda.call('DeleteLayerVersion', { LayerName: 'tools', VersionNumber })
  }
  assert.equal(await version(), 3)
  assert.equal((await publishLayer(lambda, 'others')).Version, 1)
})

test('takes the packages that functions may have (observed), and needs one', async () => {
  await using lambda = await openTestLambda()
  const refused: [object, string, number, string][] = [
    [{}, 'InvalidParameterValueException', 400, 'Please provide a source for layer content.'],
    [
      { ZipFile: Buffer.from('no zip') },
      'InvalidParameterValueException',
      400,
      'Could not unzip uploaded file. Please check your file, then try to upload again.',
    ],
    [
      { ZipFile: Buffer.alloc(52_428_801) },
      'RequestEntityTooLargeException',
      413,
      'Zipped size must be smaller than 52428800 bytes',
    ],
  ]
  for (const [Content, code, status, words] of refused) {
    await assert.rejects(publishLayer(lambda, 'tools', { Content }), refusal(code, status, words))
  }
  assert.deepEqual(await lambda.call('ListLayers', {}), { Layers: [] })
})

test("does not publish versions of other accounts' layers", async () => {
  await using lambda = await openTestLambda()
  const arn = `${layerPrefix}tools`
  await assert.rejects(
    lambda.call(
      'PublishLayerVersion',
      { LayerName: arn, Content: { ZipFile: packageOf('x') } },
      stranger,
    ),
    denied('PublishLayerVersion', arn),
  )
})
