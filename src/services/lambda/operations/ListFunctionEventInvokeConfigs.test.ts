import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ListFunctionEventInvokeConfigsResponse } from '@aws-sdk/client-lambda'
import { arnPrefix, openTestLambda, refusal } from '../test-support.ts'

test('all of a function are listed by qualifier, a page at a time', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f')
  const list = (changes: object = {}) =>
    lambda.call<ListFunctionEventInvokeConfigsResponse>('ListFunctionEventInvokeConfigs', {
      FunctionName: 'f',
      ...changes,
    })
  assert.deepEqual(await list(), { FunctionEventInvokeConfigs: [] })
  await lambda.call('PublishVersion', { FunctionName: 'f' })
  for (const Name of ['b', 'a']) {
    await lambda.call('CreateAlias', { FunctionName: 'f', Name, FunctionVersion: '1' })
  }
  for (const Qualifier of ['b', '1', '$LATEST', 'a']) {
    const config = { FunctionName: 'f', Qualifier, MaximumRetryAttempts: 1 }
    await lambda.call('PutFunctionEventInvokeConfig', config)
  }
  const arns = ({ FunctionEventInvokeConfigs = [] }: ListFunctionEventInvokeConfigsResponse) =>
    FunctionEventInvokeConfigs.map(({ FunctionArn }) => FunctionArn)
  const all = ['$LATEST', '1', 'a', 'b'].map((qualifier) => `${arnPrefix}f:${qualifier}`)
  const whole = await list()
  assert.deepEqual(arns(whole), all)
  assert.equal(whole.NextMarker, undefined)
  const first = await list({ MaxItems: 3 })
  assert.deepEqual(arns(first), all.slice(0, 3))
  const second = await list({ MaxItems: 3, Marker: first.NextMarker })
  assert.deepEqual(arns(second), all.slice(3))
  assert.equal(second.NextMarker, undefined)
  await assert.rejects(
    list({ Marker: 'nonsense' }),
    refusal('InvalidParameterValueException', 400, /Marker/),
  )
  await assert.rejects(
    list({ FunctionName: 'nope' }),
    refusal('ResourceNotFoundException', 404, "The function doesn't exist."),
  )
})
