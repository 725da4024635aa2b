import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createProvider, onProvider } from '../capacity-providers/test-kit.ts'
import { type TestLambda, arnPrefix, openTestLambda, refusal } from '../test-support.ts'

const put = (lambda: TestLambda, input: object) =>
  lambda.call<object>('PutFunctionScalingConfig', { FunctionName: 'f', Qualifier: '1', ...input })
const get = (lambda: TestLambda) =>
  lambda.call<object>('GetFunctionScalingConfig', { FunctionName: 'f', Qualifier: '1' })
const invalid = (words: string | RegExp) => refusal('InvalidParameterValueException', 400, words)

test('tells the state of the version, and takes the place of what was put before', async () => {
  await using lambda = await openTestLambda()
  await createProvider(lambda, 'p')
  await lambda.create('f', { ...onProvider('p'), Publish: true })
  const both = { MinExecutionEnvironments: 1, MaxExecutionEnvironments: 5 }
  assert.deepEqual(await put(lambda, { FunctionScalingConfig: both }), { FunctionState: 'Active' })
  await put(lambda, { FunctionScalingConfig: { MaxExecutionEnvironments: 7 } })
  const { AppliedFunctionScalingConfig } = (await get(lambda)) as Record<string, object>
  assert.deepEqual(AppliedFunctionScalingConfig, {
    MinExecutionEnvironments: undefined,
    MaxExecutionEnvironments: 7,
  })
  await put(lambda, {})
  assert.deepEqual(await get(lambda), { FunctionArn: `${arnPrefix}f:1` })
})

test('goes with the version', async () => {
  await using lambda = await openTestLambda()
  await createProvider(lambda, 'p')
  await lambda.create('f', { ...onProvider('p'), PublishTo: 'LATEST_PUBLISHED' })
  const Qualifier = '$LATEST.PUBLISHED'
  await put(lambda, { Qualifier, FunctionScalingConfig: { MinExecutionEnvironments: 1 } })
  await lambda.call('DeleteFunction', { FunctionName: 'f', Qualifier })
  await lambda.call('PublishVersion', { FunctionName: 'f', PublishTo: 'LATEST_PUBLISHED' })
  assert.deepEqual(
    await lambda.call('GetFunctionScalingConfig', { FunctionName: 'f', Qualifier }),
    {
      FunctionArn: `${arnPrefix}f:$LATEST.PUBLISHED`,
    },
  )
})

test('refuses more at least than at most, and versions that are not on a capacity provider', async () => {
  await using lambda = await openTestLambda()
  await createProvider(lambda, 'p')
  await lambda.create('f', { ...onProvider('p'), Publish: true })
  await assert.rejects(
    put(lambda, {
      FunctionScalingConfig: { MinExecutionEnvironments: 2, MaxExecutionEnvironments: 1 },
    }),
    invalid(/^MinExecutionEnvironments must not be greater/),
  )
  await lambda.create('plain', { Publish: true })
  await assert.rejects(
    put(lambda, { FunctionName: 'plain' }),
    invalid('Only versions of functions on a capacity provider have a scaling configuration.'),
  )
  for (const [FunctionName, Qualifier] of [
    ['f', '2'],
    ['f', '$LATEST.PUBLISHED'],
    ['nope', '1'],
  ] as const) {
    await assert.rejects(
      put(lambda, { FunctionName, Qualifier }),
      refusal(
        'ResourceNotFoundException',
        404,
        `Function not found: ${arnPrefix}${FunctionName}:${Qualifier}`,
      ),
    )
  }
})
