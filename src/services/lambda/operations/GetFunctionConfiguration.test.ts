import assert from 'node:assert/strict'
import { test } from 'node:test'
import { arnPrefix, leastRequest, openTestLambda, refusal } from '../test-support.ts'

test('shows Pending until the function is in place, then Active: what waiters look at (model)', async () => {
  await using lambda = await openTestLambda()
  const gate = Promise.withResolvers<void>()
  lambda.invoker.onPrepare = () => gate.promise
  await lambda.call('CreateFunction', leastRequest('f'))
  const pending = await lambda.call('GetFunctionConfiguration', { FunctionName: 'f' })
  assert.equal(pending.State, 'Pending')
  assert.equal(pending.StateReasonCode, 'Creating')
  gate.resolve()
  const active = await lambda.settled('f')
  assert.equal(active.State, 'Active')
  assert.equal(active.StateReason, undefined)
  assert.equal(active.LastUpdateStatus, 'Successful')
  // Becoming Active is no change of the function.
  assert.equal(active.RevisionId, pending.RevisionId)
  assert.equal(active.LastModified, pending.LastModified)
})

test('finds a function by every form of its name (docs)', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f')
  for (const FunctionName of ['f', '123456789012:function:f', `${arnPrefix}f`]) {
    const found = await lambda.call('GetFunctionConfiguration', { FunctionName })
    assert.equal(found.FunctionArn, `${arnPrefix}f`)
  }
})

test("keeps regions and accounts apart: another's function is not found, nor reached", async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f')
  await assert.rejects(
    lambda.call(
      'GetFunctionConfiguration',
      { FunctionName: 'f' },
      { region: 'us-east-1' as never },
    ),
    refusal(
      'ResourceNotFoundException',
      404,
      'Function not found: arn:aws:lambda:us-east-1:123456789012:function:f',
    ),
  )
  await assert.rejects(
    lambda.call(
      'GetFunctionConfiguration',
      { FunctionName: 'f' },
      { account: '1'.repeat(12) as never },
    ),
    refusal(
      'ResourceNotFoundException',
      404,
      'Function not found: arn:aws:lambda:eu-west-1:111111111111:function:f',
    ),
  )
})
