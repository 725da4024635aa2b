/** Functions that have layers. Expected values by origin: observed (recorded), reported (by users). */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { FunctionConfiguration, PublishLayerVersionResponse } from '@aws-sdk/client-lambda'
import { zipSync } from 'fflate'
import type { CallContext } from '../../../kernel/operation.ts'
import {
  type TestLambda,
  blobIdOf,
  context,
  leastRequest,
  openTestLambda,
  packageOf,
  refusal,
} from '../test-support.ts'

const prefix = 'arn:aws:lambda:eu-west-1:123456789012:layer:'

const publish = (lambda: TestLambda, name: string, zip = packageOf(name), changes = {}) =>
  lambda.call<PublishLayerVersionResponse>(
    'PublishLayerVersion',
    { LayerName: name, Content: { ZipFile: zip } },
    changes,
  )

const update = async (lambda: TestLambda, layers: string[]): Promise<FunctionConfiguration> => {
  await lambda.call('UpdateFunctionConfiguration', { FunctionName: 'f', Layers: layers })
  return await lambda.settled('f')
}

const remove = (lambda: TestLambda, LayerName: string, VersionNumber = 1) =>
  lambda.call('DeleteLayerVersion', { LayerName, VersionNumber })

const invalid = (words: string) => refusal('InvalidParameterValueException', 400, words)

/** Of so many zeros. */
function large(bytes: number): Uint8Array {
  return zipSync({ zeros: new Uint8Array(bytes) }, { level: 1, mtime: '2026-01-01T00:00:00Z' })
}

test('are shown in every configuration, and given to the data plane in their order', async () => {
  await using lambda = await openTestLambda()
  const a = await publish(lambda, 'a')
  const b = await publish(lambda, 'b')
  const arns = [`${prefix}b:1`, `${prefix}a:1`]
  const shown = [
    { Arn: `${prefix}b:1`, CodeSize: packageOf('b').length },
    { Arn: `${prefix}a:1`, CodeSize: packageOf('a').length },
  ]
  assert.deepEqual((await lambda.create('f', { Layers: arns })).Layers, shown)
  assert.deepEqual(lambda.invoker.prepared.at(-1)?.layers, [
    blobIdOf(b.Content?.CodeSha256),
    blobIdOf(a.Content?.CodeSha256),
  ])
  const { Functions } = await lambda.call<{ Functions: FunctionConfiguration[] }>(
    'ListFunctions',
    {},
  )
  assert.deepEqual(Functions[0]?.Layers, shown)
  const version = await lambda.call('PublishVersion', { FunctionName: 'f' })
  assert.deepEqual(version.Layers, shown)
  // What an update leaves out stays; an empty list clears.
  await lambda.call('UpdateFunctionConfiguration', { FunctionName: 'f', Timeout: 9 })
  assert.deepEqual((await lambda.settled('f')).Layers, shown)
  const without = await update(lambda, [])
  assert.ok(!('Layers' in without))
  assert.deepEqual(
    (await lambda.call('GetFunctionConfiguration', { FunctionName: 'f:1' })).Layers,
    shown,
  )
})

describe('are refused', () => {
  test('when there are too many, or they are not there, or twice (observed)', async () => {
    await using lambda = await openTestLambda()
    for (const name of ['a', 'a', 'b', 'c', 'd', 'e', 'f']) await publish(lambda, name)
    const arn = (name: string, version = 1) => `${prefix}${name}:${version}`
    const refused: [string[], string][] = [
      [
        ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => arn(name)),
        'Cannot reference more than 5 layers.',
      ],
      [[arn('a', 9)], `Layer version ${arn('a', 9)} does not exist.`],
      [[arn('doesnotexist')], `Layer version ${arn('doesnotexist')} does not exist.`],
      [
        ['arn:aws:lambda:::awslayer:x'],
        'Layer version arn:aws:lambda:::awslayer:x does not exist.',
      ],
      [
        ['arn:aws:lambda:us-east-1:123456789012:layer:a:1'],
        'Layers are not in the same region as the function. Layers are expected to be in region eu-west-1.',
      ],
      [
        [arn('a'), arn('b'), arn('a', 2)],
        `Two different versions of the same layer are not allowed to be referenced in the same function. ${arn('a')} and ${arn('a', 2)} are versions of the same layer.`,
      ],
      [
        [arn('a'), arn('a')],
        `Two different versions of the same layer are not allowed to be referenced in the same function. ${arn('a')} and ${arn('a')} are versions of the same layer.`,
      ],
    ]
    const before = await lambda.create('f')
    for (const [Layers, words] of refused) {
      await assert.rejects(update(lambda, Layers), invalid(words))
      await assert.rejects(
        lambda.call('CreateFunction', { ...leastRequest('g'), Layers }),
        invalid(words),
      )
    }
    assert.deepEqual(await lambda.settled('f'), before)
    const five = ['a', 'b', 'c', 'd', 'e'].map((name) => arn(name))
    assert.equal((await update(lambda, five)).Layers?.length, 5)
  })

  test('when they and the code are larger than 250 MB unzipped (reported)', async () => {
    await using lambda = await openTestLambda()
    const most = 262_144_000
    await publish(lambda, 'large', large(most - 100))
    const Layers = [`${prefix}large:1`]
    const words = (bytes: number) =>
      `Function code combined with layers exceeds the maximum allowed size of ${most} bytes. The actual size is ${bytes} bytes.`
    const fits = { ZipFile: packageOf('x'.repeat(100)) }
    const tooLarge = { ZipFile: packageOf('x'.repeat(101)) }
    await assert.rejects(
      lambda.call('CreateFunction', { ...leastRequest('f'), Code: tooLarge, Layers }),
      invalid(words(most + 1)),
    )
    await lambda.create('f', { Code: fits, Layers })
    await assert.rejects(
      lambda.call('UpdateFunctionCode', { FunctionName: 'f', ...tooLarge }),
      invalid(words(most + 1)),
    )
    await publish(lambda, 'small', packageOf('y'))
    await assert.rejects(update(lambda, [...Layers, `${prefix}small:1`]), invalid(words(most + 1)))
  })

  test("when they are another account's, unless their policy allows it (reported)", async () => {
    await using lambda = await openTestLambda()
    const account = '210987654321' as CallContext['account']
    const owner = { account, principal: { ...context.principal, account } }
    await publish(lambda, 'theirs', packageOf('theirs'), owner)
    const arn = `arn:aws:lambda:eu-west-1:${account}:layer:theirs:1`
    const denied = refusal(
      'AccessDeniedException',
      403,
      `User: arn:aws:iam::123456789012:root is not authorized to perform: lambda:GetLayerVersion on resource: ${arn} because no resource-based policy allows the lambda:GetLayerVersion action`,
    )
    await lambda.create('f')
    await assert.rejects(update(lambda, [arn]), denied)
    await lambda.call(
      'AddLayerVersionPermission',
      {
        LayerName: 'theirs',
        VersionNumber: 1,
        StatementId: 's',
        Action: 'lambda:GetLayerVersion',
        Principal: '123456789012',
      },
      owner,
    )
    assert.equal((await update(lambda, [arn])).Layers?.[0]?.Arn, arn)
  })
})

describe('of which the version was deleted', () => {
  test('stay where they are, and cannot be had anew (docs)', async () => {
    await using lambda = await openTestLambda()
    const { Content } = await publish(lambda, 'a')
    const blob = blobIdOf(Content?.CodeSha256)
    const Layers = [`${prefix}a:1`]
    const { Layers: shown } = await lambda.create('f', { Layers })
    await remove(lambda, 'a')
    assert.ok(await lambda.hasBlob(blob))
    assert.deepEqual((await lambda.settled('f')).Layers, shown)
    await lambda.call('UpdateFunctionConfiguration', { FunctionName: 'f', Timeout: 9 })
    assert.deepEqual((await lambda.settled('f')).Layers, shown)
    await assert.rejects(
      update(lambda, Layers),
      invalid(`Layer version ${Layers[0]} does not exist.`),
    )
    await update(lambda, [])
    // What is not needed any more goes when the deployment has ended, a moment after the state tells so.
    await lambda.end()
    assert.ok(!(await lambda.hasBlob(blob)))
  })

  test('are kept for published versions, until the last of these goes', async () => {
    await using lambda = await openTestLambda()
    const { Content } = await publish(lambda, 'a')
    const blob = blobIdOf(Content?.CodeSha256)
    await lambda.create('f', { Layers: [`${prefix}a:1`], Publish: true })
    await lambda.create('g', { Layers: [`${prefix}a:1`] })
    await remove(lambda, 'a')
    await update(lambda, [])
    await lambda.call('DeleteFunction', { FunctionName: 'g' })
    assert.ok(await lambda.hasBlob(blob))
    await lambda.call('DeleteFunction', { FunctionName: 'f', Qualifier: '1' })
    assert.ok(!(await lambda.hasBlob(blob)))
  })

  test('go with the whole function', async () => {
    await using lambda = await openTestLambda()
    const { Content } = await publish(lambda, 'a')
    const blob = blobIdOf(Content?.CodeSha256)
    await lambda.create('f', { Layers: [`${prefix}a:1`], Publish: true })
    await remove(lambda, 'a')
    await lambda.service.resume()
    assert.ok(await lambda.hasBlob(blob))
    await lambda.call('DeleteFunction', { FunctionName: 'f' })
    assert.ok(!(await lambda.hasBlob(blob)))
  })

  test('are kept for what serves while an update fails, and not for what the update wanted', async () => {
    await using lambda = await openTestLambda()
    const blobs = new Map<string, string>()
    for (const name of ['a', 'b']) {
      blobs.set(name, blobIdOf((await publish(lambda, name)).Content?.CodeSha256))
    }
    await lambda.create('f', { Layers: [`${prefix}a:1`] })
    lambda.invoker.onPrepare = () => Promise.reject(new Error('no room'))
    assert.equal((await update(lambda, [`${prefix}b:1`])).LastUpdateStatus, 'Failed')
    for (const name of ['a', 'b']) await remove(lambda, name)
    assert.ok(await lambda.hasBlob(blobs.get('a') ?? ''))
    lambda.invoker.onPrepare = async () => undefined
    await update(lambda, [])
    await lambda.end()
    assert.ok(!(await lambda.hasBlob(blobs.get('a') ?? '')))
    assert.ok(!(await lambda.hasBlob(blobs.get('b') ?? '')))
  })
})
