import assert from 'node:assert/strict'
import { test } from 'node:test'
import { arnPrefix, openTestLambda, packageOf, refusal } from '../test-support.ts'
import type { TestLambda } from '../test-support.ts'

interface Status {
  RequestedProvisionedConcurrentExecutions?: number
  AvailableProvisionedConcurrentExecutions?: number
  AllocatedProvisionedConcurrentExecutions?: number
  Status?: string
  StatusReason?: string
  LastModified?: string
  FunctionArn?: string
}

async function withTwoVersions(): Promise<TestLambda> {
  const lambda = await openTestLambda()
  await lambda.create('f')
  await lambda.call('PublishVersion', { FunctionName: 'f' })
  await lambda.call('UpdateFunctionCode', { FunctionName: 'f', ZipFile: packageOf('2') })
  await lambda.settled('f')
  await lambda.call('PublishVersion', { FunctionName: 'f' })
  return lambda
}

const named = (qualifier: string) => ({ FunctionName: 'f', Qualifier: qualifier })
const put = (lambda: TestLambda, qualifier: string, count: number) =>
  lambda.call<Status>('PutProvisionedConcurrencyConfig', {
    ...named(qualifier),
    ProvisionedConcurrentExecutions: count,
  })
const get = (lambda: TestLambda, qualifier: string) =>
  lambda.call<Status>('GetProvisionedConcurrencyConfig', named(qualifier))

test('environments of a version are kept, and their number told, until there are none to keep', async () => {
  await using lambda = await withTwoVersions()
  lambda.invoker.provisionedState = { allocated: 0, failure: undefined }
  assert.deepEqual(await put(lambda, '1', 3), {
    RequestedProvisionedConcurrentExecutions: 3,
    AvailableProvisionedConcurrentExecutions: 0,
    AllocatedProvisionedConcurrentExecutions: 0,
    Status: 'IN_PROGRESS',
    LastModified: '2026-11-21T12:00:00.000+0000',
  })
  assert.equal(lambda.invoker.kept.get(`${arnPrefix}f:1`), 3)
  lambda.invoker.provisionedState = { allocated: 2, failure: 'FUNCTION_ERROR_INIT_FAILURE' }
  const failed = await get(lambda, '1')
  assert.deepEqual(
    [failed.Status, failed.StatusReason, failed.AllocatedProvisionedConcurrentExecutions],
    ['FAILED', 'FUNCTION_ERROR_INIT_FAILURE', 2],
  )
  lambda.invoker.provisionedState = { allocated: 3, failure: undefined }
  assert.equal((await get(lambda, '1')).Status, 'READY')
  await lambda.call('DeleteProvisionedConcurrencyConfig', named('1'))
  await lambda.call('DeleteProvisionedConcurrencyConfig', named('1'))
  assert.equal(lambda.invoker.kept.get(`${arnPrefix}f:1`), 0)
  await assert.rejects(
    get(lambda, '1'),
    refusal(
      'ProvisionedConcurrencyConfigNotFoundException',
      404,
      'No Provisioned Concurrency Config found for this function',
    ),
  )
})

test('an alias keeps those of the versions it leads to, by its weights, and takes them along', async () => {
  await using lambda = await withTwoVersions()
  const alias = { FunctionName: 'f', Name: 'live', FunctionVersion: '1' }
  await lambda.call('CreateAlias', alias)
  await put(lambda, 'live', 10)
  const kept = () =>
    ['1', '2'].map((version) => lambda.invoker.kept.get(`${arnPrefix}f:${version}`) ?? 0)
  assert.deepEqual(kept(), [10, 0])
  await lambda.call('UpdateAlias', {
    ...alias,
    RoutingConfig: { AdditionalVersionWeights: { 2: 0.3 } },
  })
  assert.deepEqual(kept(), [7, 3])
  assert.equal((await get(lambda, 'live')).AllocatedProvisionedConcurrentExecutions, 10)
  await lambda.call('UpdateAlias', { ...alias, FunctionVersion: '2', RoutingConfig: {} })
  assert.deepEqual(kept(), [0, 10])
  await using again = await openTestLambda(lambda)
  await again.service.resume()
  assert.equal(again.invoker.kept.get(`${arnPrefix}f:2`), 10)
  await lambda.call('DeleteAlias', alias)
  assert.deepEqual(kept(), [0, 0])
})

test('not everything can have some (observed)', async () => {
  await using lambda = await withTwoVersions()
  await lambda.call('CreateAlias', { FunctionName: 'f', Name: 'live', FunctionVersion: '1' })
  await lambda.call('CreateAlias', { FunctionName: 'f', Name: 'head', FunctionVersion: '$LATEST' })
  const unpublished =
    'Provisioned Concurrency Configs cannot be applied to unpublished function versions.'
  for (const qualifier of ['$LATEST', 'head']) {
    await assert.rejects(put(lambda, qualifier, 1), { message: unpublished })
  }
  await assert.rejects(put(lambda, '9', 1), { message: `Function not found: ${arnPrefix}f:9` })
  await put(lambda, '1', 1)
  await assert.rejects(
    put(lambda, 'live', 1),
    refusal(
      'ResourceConflictException',
      409,
      "Alias can't be used for Provisioned Concurrency configuration on an already Provisioned version",
    ),
  )
  await lambda.call('DeleteProvisionedConcurrencyConfig', named('1'))
  await put(lambda, 'live', 2)
  await assert.rejects(
    put(lambda, '1', 1),
    refusal(
      'ResourceConflictException',
      409,
      'Version is pointed by a Provisioned Concurrency alias',
    ),
  )
  await assert.rejects(put(lambda, '2', 899), {
    message:
      "Specified ConcurrentExecutions for function is greater than account's unreserved concurrency [900].",
  })
  const reserve = (count: number) =>
    lambda.call('PutFunctionConcurrency', {
      FunctionName: 'f',
      ReservedConcurrentExecutions: count,
    })
  await assert.rejects(reserve(1), {
    message:
      "ReservedConcurrentExecutions  1 should not be lower than function's total provisioned concurrency [2].",
  })
  await reserve(3)
  await assert.rejects(put(lambda, '2', 2), {
    message:
      'Requested Provisioned Concurrency should not be greater than the reservedConcurrentExecution for function',
  })
  await put(lambda, '2', 1)
})

test('they are listed, page by page, each with its ARN', async () => {
  await using lambda = await withTwoVersions()
  await put(lambda, '1', 1)
  await put(lambda, '2', 2)
  const seen: [string | undefined, number | undefined][] = []
  let Marker: string | undefined
  do {
    const page = await lambda.call<{
      ProvisionedConcurrencyConfigs?: Status[]
      NextMarker?: string
    }>('ListProvisionedConcurrencyConfigs', { FunctionName: 'f', MaxItems: 1, Marker })
    for (const each of page.ProvisionedConcurrencyConfigs ?? []) {
      seen.push([each.FunctionArn, each.RequestedProvisionedConcurrentExecutions])
    }
    Marker = page.NextMarker
  } while (Marker !== undefined)
  assert.deepEqual(seen, [
    [`${arnPrefix}f:1`, 1],
    [`${arnPrefix}f:2`, 2],
  ])
})
