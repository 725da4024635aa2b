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

test('a configuration goes by itself, with its alias, its version and its function', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f')
  await lambda.call('PublishVersion', { FunctionName: 'f' })
  await lambda.call('CreateAlias', { FunctionName: 'f', Name: 'live', FunctionVersion: '1' })
  for (const Qualifier of ['$LATEST', '1', 'live']) {
    await call(lambda, 'Put', { Qualifier, MaximumRetryAttempts: 1 })
  }
  await lambda.call('DeleteAlias', { FunctionName: 'f', Name: 'live' })
  await assert.rejects(call(lambda, 'Get', { Qualifier: 'live' }), absent('f:live'))
  await lambda.call('DeleteFunction', { FunctionName: 'f', Qualifier: '1' })
  await assert.rejects(call(lambda, 'Get', { Qualifier: '1' }), absent('f:1'))
  await lambda.call('DeleteFunction', { FunctionName: 'f' })
  await lambda.create('f')
  await assert.rejects(call(lambda, 'Get'), absent('f:$LATEST'))
})
