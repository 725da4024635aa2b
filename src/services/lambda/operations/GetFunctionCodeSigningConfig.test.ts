/** Expected values by origin: docs, observed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeConfig } from '../code-signing/test-kit.ts'
import { arnPrefix, openTestLambda, refusal } from '../test-support.ts'

test('answers with the name alone where there is none, as Terraform needs it', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f')
  const ask = (FunctionName: string) =>
    lambda.call('GetFunctionCodeSigningConfig', { FunctionName })
  assert.deepEqual(await ask('f'), { CodeSigningConfigArn: undefined, FunctionName: 'f' })
  const CodeSigningConfigArn = await makeConfig(lambda, 'Warn')
  await lambda.create('g', { CodeSigningConfigArn })
  assert.deepEqual(await ask('g'), { CodeSigningConfigArn, FunctionName: 'g' })
  const missing = refusal(
    'ResourceNotFoundException',
    404,
    `Function not found: ${arnPrefix}nothing`,
  )
  await assert.rejects(ask('nothing'), missing)
})
