/** What else is refused: PutFunctionEventInvokeConfig.test.ts. Expected values by origin: docs, observed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FunctionEventInvokeConfig } from '@aws-sdk/client-lambda'
import { arnPrefix, openTestLambda, refusal } from '../test-support.ts'
import type { TestLambda } from '../test-support.ts'

const call = (lambda: TestLambda, verb: string, changes: object = {}) =>
  lambda.call<FunctionEventInvokeConfig>(`${verb}FunctionEventInvokeConfig`, {
    FunctionName: 'f',
    ...changes,
  })

function absent(name: string) {
  const words = `The function ${arnPrefix}${name} doesn't have an EventInvokeConfig`
  return refusal('ResourceNotFoundException', 404, words)
}

test('GetFunctionEventInvokeConfig shows the one of this very qualifier (docs)', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f')
  await lambda.call('PublishVersion', { FunctionName: 'f' })
  await assert.rejects(call(lambda, 'Get'), absent('f:$LATEST'))
  const config = await call(lambda, 'Put', { MaximumEventAgeInSeconds: 21_600 })
  assert.deepEqual(await call(lambda, 'Get'), config)
  assert.deepEqual(await call(lambda, 'Get', { FunctionName: `${arnPrefix}f:$LATEST` }), config)
  await assert.rejects(call(lambda, 'Get', { Qualifier: '1' }), absent('f:1'))
  await assert.rejects(call(lambda, 'Get', { FunctionName: 'nope' }), absent('nope:$LATEST'))
})
