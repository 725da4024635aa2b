/** What it does to deployments: code-signing/check-signatures.test.ts. Expected values by origin: observed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeConfig, noGivenConfig, unknownConfig } from '../code-signing/test-kit.ts'
import {
  type TestLambda,
  arnPrefix,
  leastRequest,
  openTestLambda,
  refusal,
} from '../test-support.ts'

const put = (lambda: TestLambda, FunctionName: string, CodeSigningConfigArn: string) =>
  lambda.call('PutFunctionCodeSigningConfig', { FunctionName, CodeSigningConfigArn })

test('gives a function a configuration, in the place of the one it had', async () => {
  await using lambda = await openTestLambda()
  const before = await lambda.create('f')
  for (const CodeSigningConfigArn of [await makeConfig(lambda), await makeConfig(lambda)]) {
    const both = { CodeSigningConfigArn, FunctionName: 'f' }
    assert.deepEqual(await put(lambda, `${arnPrefix}f`, CodeSigningConfigArn), both)
    assert.deepEqual(await lambda.call('GetFunctionCodeSigningConfig', { FunctionName: 'f' }), both)
  }
  // It is none of the function's configuration.
  assert.deepEqual(await lambda.settled('f'), before)
})

test('refuses a configuration or a function that is not there (observed)', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f')
  await assert.rejects(put(lambda, 'f', unknownConfig), noGivenConfig(unknownConfig))
  const missing = refusal(
    'ResourceNotFoundException',
    404,
    `Function not found: ${arnPrefix}nothing`,
  )
  await assert.rejects(put(lambda, 'nothing', await makeConfig(lambda)), missing)
  await assert.rejects(
    lambda.call('CreateFunction', { ...leastRequest('g'), CodeSigningConfigArn: unknownConfig }),
    noGivenConfig(unknownConfig),
  )
})
