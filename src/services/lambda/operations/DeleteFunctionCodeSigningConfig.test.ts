/** Expected values by origin: docs, observed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeConfig } from '../code-signing/test-kit.ts'
import { arnPrefix, openTestLambda, refusal } from '../test-support.ts'

test('takes the configuration away, and may be repeated', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f', { CodeSigningConfigArn: await makeConfig(lambda, 'Warn') })
  const remove = (FunctionName: string) =>
    lambda.call('DeleteFunctionCodeSigningConfig', { FunctionName })
  await remove('f')
  await remove('f')
  const after = await lambda.call('GetFunctionCodeSigningConfig', { FunctionName: 'f' })
  assert.deepEqual(after, { CodeSigningConfigArn: undefined, FunctionName: 'f' })
  const missing = refusal(
    'ResourceNotFoundException',
    404,
    `Function not found: ${arnPrefix}nothing`,
  )
  await assert.rejects(remove('nothing'), missing)
})
