/** Tenant isolation, through the operations. Expected values by origin: docs, observed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { arnPrefix, leastRequest, openTestLambda, refusal } from './test-support.ts'
import type { TestLambda } from './test-support.ts'

const TenancyConfig = { TenantIsolationMode: 'PER_TENANT' }
const invalid = (words: string | RegExp) => refusal('InvalidParameterValueException', 400, words)
const invokes = ['Invoke', 'InvokeWithResponseStream']

test('is shown wherever the configuration is, and stays through updates (docs)', async () => {
  await using lambda = await openTestLambda()
  const made = await lambda.create('f', { TenancyConfig, Publish: true })
  assert.deepEqual(made.TenancyConfig, TenancyConfig)
  await lambda.call('UpdateFunctionConfiguration', { FunctionName: 'f', Timeout: 9 })
  assert.deepEqual((await lambda.settled('f')).TenancyConfig, TenancyConfig)
  const version = await lambda.call('GetFunctionConfiguration', { FunctionName: 'f:1' })
  assert.deepEqual(version.TenancyConfig, TenancyConfig)
  assert.equal((await lambda.create('other')).TenancyConfig, undefined)
})

test('an invocation names its tenant, which the data plane is told', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f', { TenancyConfig, Publish: true })
  await lambda.create('plain')
  for (const operation of invokes) {
    await lambda.call(operation, { FunctionName: 'f', TenantId: 'blue' })
    await lambda.call(operation, { FunctionName: 'f:1', TenantId: 'green' })
    await lambda.call(operation, { FunctionName: 'plain' })
  }
  const tenants = lambda.invoker.invocations.map(({ request }) => request.tenantId)
  assert.deepEqual(tenants, ['blue', 'green', undefined, 'blue', 'green', undefined])
})

test('an invocation without a tenant, or with one that the function does not have, is refused (observed)', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f', { TenancyConfig })
  await lambda.create('plain')
  for (const operation of invokes) {
    for (const InvocationType of ['RequestResponse', 'DryRun']) {
      await assert.rejects(
        lambda.call(operation, { FunctionName: 'f', InvocationType }),
        invalid(
          'The invoked function is enabled with tenancy configuration. Add a valid tenant ID in your request and try again.',
        ),
      )
      await assert.rejects(
        lambda.call(operation, { FunctionName: 'plain', TenantId: 'blue', InvocationType }),
        invalid(/^The invoked function is not enabled with tenancy configuration\./),
      )
    }
  }
  assert.equal(lambda.invoker.invocations.length, 0)
})

test('excludes SnapStart, provisioned concurrency, function URLs and event sources (docs)', async () => {
  await using lambda = await openTestLambda()
  const snapStart = invalid('SnapStart is not supported for functions with tenant isolation.')
  const SnapStart = { ApplyOn: 'PublishedVersions' }
  await assert.rejects(
    lambda.call('CreateFunction', { ...leastRequest('f'), TenancyConfig, SnapStart }),
    snapStart,
  )
  await lambda.create('f', { TenancyConfig, Publish: true })
  await lambda.create('plain')
  await assert.rejects(
    lambda.call('UpdateFunctionConfiguration', { FunctionName: 'f', SnapStart }),
    snapStart,
  )
  await assert.rejects(
    lambda.call('PutProvisionedConcurrencyConfig', {
      FunctionName: 'f',
      Qualifier: '1',
      ProvisionedConcurrentExecutions: 1,
    }),
    invalid('Provisioned concurrency is not supported for functions with tenant isolation.'),
  )
  await assert.rejects(
    lambda.call('CreateFunctionUrlConfig', { FunctionName: 'f', AuthType: 'NONE' }),
    invalid('A function URL is not supported for functions with tenant isolation.'),
  )
  const mapping = invalid(
    'An event source mapping is not supported for functions with tenant isolation.',
  )
  const EventSourceArn = 'arn:aws:sqs:eu-west-1:123456789012:q'
  await assert.rejects(
    lambda.call('CreateEventSourceMapping', { FunctionName: 'f', EventSourceArn }),
    mapping,
  )
  const { UUID } = await lambda.call<{ UUID: string }>('CreateEventSourceMapping', {
    FunctionName: 'plain',
    EventSourceArn,
  })
  await mappingSettled(lambda, UUID)
  await assert.rejects(
    lambda.call('UpdateEventSourceMapping', { UUID, FunctionName: `${arnPrefix}f` }),
    mapping,
  )
})

async function mappingSettled(lambda: TestLambda, UUID: string): Promise<void> {
  for (;;) {
    const { State } = await lambda.call<{ State: string }>('GetEventSourceMapping', { UUID })
    if (State === 'Enabled') return
    await lambda.store.transaction('TEST:WAIT', async () => undefined)
  }
}
