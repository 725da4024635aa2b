import assert from 'node:assert/strict'
import { test } from 'node:test'
import { arnPrefix, openTestLambda, packageOf, refusal } from '../test-support.ts'

const reserve = (name: string, reserved: number) => ({
  FunctionName: name,
  ReservedConcurrentExecutions: reserved,
})

test('executions are reserved, shown, told to the data plane, and given back', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f')
  const named = { FunctionName: 'f' }
  assert.deepEqual(await lambda.call('GetFunctionConcurrency', named), {})
  const put = await lambda.call('PutFunctionConcurrency', reserve('f', 7))
  assert.deepEqual(put, { ReservedConcurrentExecutions: 7 })
  assert.deepEqual(await lambda.call('GetFunctionConcurrency', named), put)
  const shown = await lambda.call<{ Concurrency?: object }>('GetFunction', named)
  assert.deepEqual(shown.Concurrency, put)
  assert.equal(lambda.invoker.reserved.get(`${arnPrefix}f`), 7)
  await lambda.call('DeleteFunctionConcurrency', named)
  await lambda.call('DeleteFunctionConcurrency', named)
  assert.deepEqual(await lambda.call('GetFunctionConcurrency', named), {})
  assert.equal(lambda.invoker.reserved.get(`${arnPrefix}f`), undefined)
})

test('a hundred always stay for functions without any of their own (observed)', async () => {
  await using lambda = await openTestLambda()
  for (const name of ['f', 'g']) await lambda.create(name)
  await lambda.call('PutFunctionConcurrency', reserve('f', 500))
  await assert.rejects(
    lambda.call('PutFunctionConcurrency', reserve('g', 401)),
    refusal(
      'InvalidParameterValueException',
      400,
      "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution below its minimum value of [100].",
    ),
  )
  await assert.rejects(
    lambda.call('PutFunctionConcurrency', reserve('g', 501)),
    refusal(
      'InvalidParameterValueException',
      400,
      "Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [500].",
    ),
  )
  await lambda.call('PutFunctionConcurrency', reserve('g', 400))
  // Its own do not count twice, and it may always be switched off.
  await lambda.call('PutFunctionConcurrency', reserve('f', 500))
  await lambda.call('PutFunctionConcurrency', reserve('g', 0))
})

test('only functions that are there have any, and they lose them with their end', async () => {
  await using lambda = await openTestLambda()
  for (const [operation, input] of Object.entries({
    PutFunctionConcurrency: reserve('nope', 1),
    GetFunctionConcurrency: { FunctionName: 'nope' },
    DeleteFunctionConcurrency: { FunctionName: 'nope' },
  })) {
    await assert.rejects(
      lambda.call(operation, input),
      refusal('ResourceNotFoundException', 404, `Function not found: ${arnPrefix}nope`),
    )
  }
  await lambda.create('f')
  await lambda.call('PutFunctionConcurrency', reserve('f', 900))
  await lambda.call('DeleteFunction', { FunctionName: 'f' })
  assert.equal(lambda.invoker.reserved.get(`${arnPrefix}f`), undefined)
  await lambda.create('f')
  assert.deepEqual(await lambda.call('GetFunctionConcurrency', { FunctionName: 'f' }), {})
})

test('what was reserved is told again after a restart', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f')
  await lambda.call('PutFunctionConcurrency', reserve('f', 3))
  await using again = await openTestLambda(lambda)
  await again.service.resume()
  assert.equal(again.invoker.reserved.get(`${arnPrefix}f`), 3)
})

test('the account shows its quotas, and what is used of them', async () => {
  await using lambda = await openTestLambda()
  const { CodeSize = 0 } = await lambda.create('f')
  const second = packageOf('another, longer one')
  await lambda.call('PublishVersion', { FunctionName: 'f' })
  await lambda.create('g', { Code: { ZipFile: second } })
  await lambda.call('PutFunctionConcurrency', reserve('g', 250))
  assert.deepEqual(await lambda.call('GetAccountSettings', {}), {
    AccountLimit: {
      TotalCodeSize: 80_530_636_800,
      CodeSizeUnzipped: 262_144_000,
      CodeSizeZipped: 52_428_800,
      ConcurrentExecutions: 1000,
      UnreservedConcurrentExecutions: 750,
    },
    AccountUsage: { TotalCodeSize: 2 * CodeSize + second.length, FunctionCount: 2 },
  })
})
