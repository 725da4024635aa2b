/** Expected values by origin: docs, observed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { getConfig, makeConfig, noConfig } from '../code-signing/test-kit.ts'
import { openTestLambda, refusal } from '../test-support.ts'

test('deletes one that no function has', async () => {
  await using lambda = await openTestLambda()
  const arn = await makeConfig(lambda, 'Warn')
  const other = await makeConfig(lambda, 'Warn')
  await lambda.create('f', { CodeSigningConfigArn: arn })
  const remove = () => lambda.call('DeleteCodeSigningConfig', { CodeSigningConfigArn: arn })
  await assert.rejects(
    remove(),
    refusal('ResourceConflictException', 409, /is in use by the function f\./),
  )
  await lambda.call('DeleteFunction', { FunctionName: 'f' })
  await remove()
  await assert.rejects(getConfig(lambda, arn), noConfig(arn))
  await assert.rejects(remove(), noConfig(arn))
  assert.equal((await getConfig(lambda, other)).CodeSigningConfigArn, other)
})
