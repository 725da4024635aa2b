/** Expected values by origin: docs, observed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ListFunctionsByCodeSigningConfigResponse } from '@aws-sdk/client-lambda'
import { makeConfig, noConfig, unknownConfig } from '../code-signing/test-kit.ts'
import { arnPrefix, openTestLambda, refusal } from '../test-support.ts'

test('has every function once, by name, page by page', async () => {
  await using lambda = await openTestLambda()
  const arn = await makeConfig(lambda, 'Warn')
  for (const name of ['c', 'a', 'b']) await lambda.create(name, { CodeSigningConfigArn: arn })
  await lambda.create('d', { CodeSigningConfigArn: await makeConfig(lambda, 'Warn') })
  const list = (changes: object) =>
    lambda.call<ListFunctionsByCodeSigningConfigResponse>('ListFunctionsByCodeSigningConfig', {
      CodeSigningConfigArn: arn,
      ...changes,
    })
  const first = await list({ MaxItems: 2 })
  assert.deepEqual(first.FunctionArns, [`${arnPrefix}a`, `${arnPrefix}b`])
  assert.deepEqual(await list({ Marker: first.NextMarker }), { FunctionArns: [`${arnPrefix}c`] })
  await assert.rejects(
    list({ Marker: 'elsewhere' }),
    refusal('InvalidParameterValueException', 400, /^Invalid Marker/),
  )
})

test('refuses a configuration that is not there (observed)', async () => {
  await using lambda = await openTestLambda()
  const input = { CodeSigningConfigArn: unknownConfig }
  await assert.rejects(
    lambda.call('ListFunctionsByCodeSigningConfig', input),
    noConfig(unknownConfig),
  )
})
