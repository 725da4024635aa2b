import assert from 'node:assert/strict'
import { test } from 'node:test'
import { arnPrefix, blobIdOf, leastRequest, openTestLambda, refusal } from '../test-support.ts'

test('204; the function is gone, its environments end, its code goes', async () => {
  await using lambda = await openTestLambda()
  const { CodeSha256 } = await lambda.create('f')
  const answer = await lambda.call('DeleteFunction', { FunctionName: 'f' })
  assert.deepEqual(answer, { StatusCode: 204 })
  await assert.rejects(lambda.call('GetFunction', { FunctionName: 'f' }), { status: 404 })
  await assert.rejects(lambda.call('Invoke', { FunctionName: 'f' }), { status: 404 })
  assert.deepEqual(lambda.invoker.retired.at(-1), {
    functionArn: `${arnPrefix}f`,
    version: '$LATEST',
    keep: undefined,
  })
  assert.equal(await lambda.hasBlob(blobIdOf(CodeSha256)), false)
})

test('leaves code that another function has', async () => {
  await using lambda = await openTestLambda()
  const { CodeSha256 } = await lambda.create('f')
  await lambda.call('CreateFunction', leastRequest('g'), { region: 'us-east-1' as never })
  await lambda.call('DeleteFunction', { FunctionName: 'f' })
  assert.ok(await lambda.hasBlob(blobIdOf(CodeSha256)))
})

test('takes every form of the name, but no version (observed)', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f')
  for (const request of [
    { FunctionName: 'f:$LATEST' },
    { FunctionName: 'f', Qualifier: '$LATEST' },
  ]) {
    await assert.rejects(
      lambda.call('DeleteFunction', request),
      refusal(
        'InvalidParameterValueException',
        400,
        '$LATEST version cannot be deleted without deleting the function.',
      ),
    )
  }
  await assert.rejects(
    lambda.call('DeleteFunction', { FunctionName: 'f', Qualifier: '3' }),
    refusal('ResourceNotFoundException', 404, `Function not found: ${arnPrefix}f:3`),
  )
  await lambda.call('DeleteFunction', { FunctionName: `${arnPrefix}f` })
})

test('404 the second time (observed)', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f')
  const both = await Promise.allSettled([
    lambda.call('DeleteFunction', { FunctionName: 'f' }),
    lambda.call('DeleteFunction', { FunctionName: 'f' }),
  ])
  assert.deepEqual(both.map((each) => each.status).toSorted(), ['fulfilled', 'rejected'])
  await assert.rejects(
    lambda.call('DeleteFunction', { FunctionName: 'f' }),
    refusal('ResourceNotFoundException', 404, `Function not found: ${arnPrefix}f`),
  )
})

test('a function that is still Pending can be deleted, and stays deleted', async () => {
  await using lambda = await openTestLambda()
  const gate = Promise.withResolvers<void>()
  lambda.invoker.onPrepare = () => gate.promise
  const { CodeSha256 } = await lambda.call('CreateFunction', leastRequest('f'))
  await lambda.call('DeleteFunction', { FunctionName: 'f' })
  gate.resolve()
  await lambda.end()
  await assert.rejects(lambda.call('GetFunction', { FunctionName: 'f' }), { status: 404 })
  assert.equal(await lambda.hasBlob(blobIdOf(CodeSha256)), false)
})
