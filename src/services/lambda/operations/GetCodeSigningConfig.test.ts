/** Expected values by origin: docs, observed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { scopeOf } from '../../../kernel/arn.ts'
import { getConfig, makeConfig, noConfig, unknownConfig } from '../code-signing/test-kit.ts'
import { openTestLambda } from '../test-support.ts'

test('shows those of the own account and region (observed)', async () => {
  await using lambda = await openTestLambda()
  const arn = await makeConfig(lambda)
  assert.equal((await getConfig(lambda, arn)).CodeSigningConfigArn, arn)
  await assert.rejects(getConfig(lambda, unknownConfig), noConfig(unknownConfig))
  await assert.rejects(getConfig(lambda, `${arn}:x`), noConfig(`${arn}:x`))
  await assert.rejects(getConfig(lambda, arn, scopeOf('210987654321', 'eu-west-1')), noConfig(arn))
  await assert.rejects(getConfig(lambda, arn, scopeOf('123456789012', 'us-east-1')), noConfig(arn))
})
