import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  callProvider,
  createProvider,
  leaveIn,
  onProvider,
  providerNotFound,
  untilGone,
} from '../capacity-providers/test-kit.ts'
import { openTestLambda, refusal } from '../test-support.ts'

const remove = 'DeleteCapacityProvider'
const named = { CapacityProviderName: 'p' }

test('answers Deleting, and is gone soon', async () => {
  await using lambda = await openTestLambda()
  const made = await createProvider(lambda, 'p')
  lambda.clock.advance(1000)
  assert.deepEqual(await callProvider(lambda, remove, named), {
    ...made,
    State: 'Deleting',
    LastModified: '2026-11-21T12:00:01.000+0000',
  })
  await untilGone(lambda, 'p')
  await assert.rejects(lambda.call('GetCapacityProvider', named), providerNotFound('p'))
  await createProvider(lambda, 'p')
})

test('409 while a function or a version uses it (docs)', async () => {
  await using lambda = await openTestLambda()
  await createProvider(lambda, 'p')
  await createProvider(lambda, 'other')
  await lambda.create('f', { ...onProvider('p'), Publish: true })
  const used = refusal('ResourceConflictException', 409, /^The capacity provider p is used by/)
  await assert.rejects(lambda.call(remove, named), used)
  // The function has left it, and its version has not.
  await lambda.call('UpdateFunctionConfiguration', { FunctionName: 'f', ...onProvider('other') })
  await lambda.settled('f')
  await assert.rejects(lambda.call(remove, named), used)
  await lambda.call('DeleteFunction', { FunctionName: 'f', Qualifier: '1' })
  await lambda.call(remove, named)
  await lambda.call('DeleteFunction', { FunctionName: 'f' })
  await lambda.call(remove, { CapacityProviderName: 'other' })
  await untilGone(lambda, 'other')
})

test('404 for what is not there, 409 while another change is under way', async () => {
  await using lambda = await openTestLambda()
  await assert.rejects(lambda.call(remove, named), providerNotFound('p'))
  await createProvider(lambda, 'p')
  await leaveIn(lambda, 'p', 'Deleting')
  await assert.rejects(
    lambda.call(remove, named),
    refusal('ResourceConflictException', 409, /following state: Deleting$/),
  )
})
