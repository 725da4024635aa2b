/** Expected values by origin: docs, observed. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { GetRuntimeManagementConfigResponse } from '@aws-sdk/client-lambda'
import { arnPrefix, openTestLambda, refusal } from '../test-support.ts'
import type { TestLambda } from '../test-support.ts'

const build = `arn:aws:lambda:eu-west-1::runtime:${'ab'.repeat(32)}`
const otherBuild = `arn:aws:lambda:eu-west-1::runtime:${'cd'.repeat(32)}`
const invalid = (words: string | RegExp) => refusal('InvalidParameterValueException', 400, words)

const put = (lambda: TestLambda, changes: object) =>
  lambda.call<GetRuntimeManagementConfigResponse>('PutRuntimeManagementConfig', {
    FunctionName: 'f',
    ...changes,
  })
const get = (lambda: TestLambda, FunctionName = 'f') =>
  lambda.call<GetRuntimeManagementConfigResponse>('GetRuntimeManagementConfig', { FunctionName })

describe('the build of a runtime', () => {
  test('is chosen by itself until it is told how (docs)', async () => {
    await using lambda = await openTestLambda()
    await lambda.create('f')
    await lambda.call('PublishVersion', { FunctionName: 'f' })
    const FunctionArn = `${arnPrefix}f:$LATEST`
    assert.deepEqual(await get(lambda), { UpdateRuntimeOn: 'Auto', FunctionArn })
    const manual = { UpdateRuntimeOn: 'Manual', RuntimeVersionArn: build }
    assert.deepEqual(await put(lambda, manual), { ...manual, FunctionArn })
    assert.deepEqual(await get(lambda), { ...manual, FunctionArn })
    // A version has its own.
    const ofVersion = `${arnPrefix}f:1`
    assert.equal((await get(lambda, 'f:1')).UpdateRuntimeOn, 'Auto')
    await put(lambda, { Qualifier: '1', UpdateRuntimeOn: 'FunctionUpdate' })
    assert.deepEqual(await get(lambda, ofVersion), {
      UpdateRuntimeOn: 'FunctionUpdate',
      FunctionArn: ofVersion,
    })
    assert.deepEqual(await get(lambda), { ...manual, FunctionArn })
    await put(lambda, { UpdateRuntimeOn: 'Auto' })
    assert.deepEqual(await get(lambda), { UpdateRuntimeOn: 'Auto', FunctionArn })
  })

  test('is pinned with the ARN of the one there is, and with none else', async () => {
    await using lambda = await openTestLambda()
    await lambda.create('f')
    const refusals: [object, RegExp][] = [
      [{ UpdateRuntimeOn: 'Manual' }, /^RuntimeVersionArn is required/],
      [{ UpdateRuntimeOn: 'Auto', RuntimeVersionArn: build }, /only when .* Manual/],
      [{ UpdateRuntimeOn: 'FunctionUpdate', RuntimeVersionArn: build }, /only when .* Manual/],
      [{ UpdateRuntimeOn: 'Manual', RuntimeVersionArn: otherBuild }, /is not available/],
    ]
    for (const [changes, words] of refusals)
      await assert.rejects(put(lambda, changes), invalid(words))
    assert.equal((await get(lambda)).UpdateRuntimeOn, 'Auto')
    await lambda.create('own', { Runtime: 'provided.al2023' })
    await assert.rejects(
      put(lambda, { FunctionName: 'own', UpdateRuntimeOn: 'Manual', RuntimeVersionArn: build }),
      invalid(/^The runtime provided\.al2023 has no versions/),
    )
  })

  test('keeps the runtime while it is pinned (observed)', async () => {
    await using lambda = await openTestLambda()
    await lambda.create('f')
    await put(lambda, { UpdateRuntimeOn: 'Manual', RuntimeVersionArn: build })
    const update = (Runtime: string) =>
      lambda.call('UpdateFunctionConfiguration', { FunctionName: 'f', Runtime })
    await assert.rejects(
      update('nodejs22.x'),
      invalid(
        "Cannot change runtime identifier when runtime management configuration is set to 'Manual'. Change the runtime management configuration to 'Auto' or 'FunctionUpdate', then retry.",
      ),
    )
    await update('nodejs24.x')
    await lambda.settled('f')
    await put(lambda, { UpdateRuntimeOn: 'Auto' })
    assert.equal((await update('nodejs22.x')).Runtime, 'nodejs22.x')
  })
})
