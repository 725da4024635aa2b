import assert from 'node:assert/strict'
import { test } from 'node:test'
import { createProvider, onProvider } from '../capacity-providers/test-kit.ts'
import { arnPrefix, openTestLambda, refusal } from '../test-support.ts'

const get = 'GetFunctionScalingConfig'

test('shows what was put, of each version its own', async () => {
  await using lambda = await openTestLambda()
  await createProvider(lambda, 'p')
  await lambda.create('f', { ...onProvider('p'), PublishTo: 'LATEST_PUBLISHED' })
  await lambda.call('PublishVersion', { FunctionName: 'f' })
  const config = { MinExecutionEnvironments: 3, MaxExecutionEnvironments: 30 }
  const Qualifier = '$LATEST.PUBLISHED'
  await lambda.call('PutFunctionScalingConfig', {
    FunctionName: 'f',
    Qualifier,
    FunctionScalingConfig: config,
  })
  assert.deepEqual(await lambda.call(get, { FunctionName: 'f', Qualifier }), {
    FunctionArn: `${arnPrefix}f:$LATEST.PUBLISHED`,
    AppliedFunctionScalingConfig: config,
    RequestedFunctionScalingConfig: config,
  })
  assert.deepEqual(await lambda.call(get, { FunctionName: 'f', Qualifier: '1' }), {
    FunctionArn: `${arnPrefix}f:1`,
  })
})

test('refuses versions that are not there, or not on a capacity provider', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('plain', { Publish: true })
  await assert.rejects(
    lambda.call(get, { FunctionName: 'plain', Qualifier: '1' }),
    refusal('InvalidParameterValueException', 400, /^Only versions of functions on a capacity/),
  )
  await assert.rejects(
    lambda.call(get, { FunctionName: 'plain', Qualifier: '2' }),
    refusal('ResourceNotFoundException', 404, `Function not found: ${arnPrefix}plain:2`),
  )
})
