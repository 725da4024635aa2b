/** Functions on a capacity provider, through the operations. Expected values by origin: docs, model; other texts are ours. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { FunctionConfiguration, InvocationResponse } from '@aws-sdk/client-lambda'
import { putProviderUse } from './tables.ts'
import type { LambdaTables } from '../tables.ts'
import type { TestLambda } from '../test-support.ts'
import {
  arnPrefix,
  blobIdOf,
  leastRequest,
  openTestLambda,
  packageOf,
  recordOf,
  refusal,
} from '../test-support.ts'
import { createProvider, leaveIn, onProvider, providerNotFound } from './test-kit.ts'

const invalid = (words: string | RegExp) => refusal('InvalidParameterValueException', 400, words)
const publishTo = { PublishTo: 'LATEST_PUBLISHED' }

async function withProvider(changes: object = {}): Promise<TestLambda> {
  const lambda = await openTestLambda()
  await createProvider(lambda, 'p', changes)
  return lambda
}

describe('a function on a capacity provider', () => {
  test('shows where it is, and has the memory and the logs that it must have (docs)', async () => {
    await using lambda = await withProvider()
    const { CapacityProviderConfig } = onProvider('p', {
      PerExecutionEnvironmentMaxConcurrency: 10,
      ExecutionEnvironmentMemoryGiBPerVCpu: 4,
    })
    const made = await lambda.create('f', { CapacityProviderConfig, Timeout: 5400 })
    assert.deepEqual(made.CapacityProviderConfig, CapacityProviderConfig)
    assert.equal(made.MemorySize, 2048)
    assert.equal(made.Timeout, 5400)
    assert.equal(made.LoggingConfig?.LogFormat, 'JSON')
    assert.equal((await lambda.create('plain')).CapacityProviderConfig, undefined)
  })

  test('can be changed, to another provider too, and stays what it is', async () => {
    await using lambda = await withProvider()
    await createProvider(lambda, 'q')
    await lambda.create('f', onProvider('p', { PerExecutionEnvironmentMaxConcurrency: 10 }))
    await lambda.create('plain')
    const change = { FunctionName: 'f', MemorySize: 4096, ...onProvider('q') }
    const changed = await lambda.call('UpdateFunctionConfiguration', change)
    assert.deepEqual(changed.CapacityProviderConfig, onProvider('q').CapacityProviderConfig)
    await lambda.settled('f')
    await lambda.call('UpdateFunctionConfiguration', { FunctionName: 'f', Timeout: 9 })
    const settled = await lambda.settled('f')
    assert.deepEqual(settled.CapacityProviderConfig, onProvider('q').CapacityProviderConfig)
    await assert.rejects(
      lambda.call('UpdateFunctionConfiguration', { FunctionName: 'plain', ...onProvider('p') }),
      invalid(/^Whether a function runs on a capacity provider is chosen when it is created/),
    )
  })

  test('is refused what it cannot have', async () => {
    await using lambda = await withProvider()
    const create = (changes: object) =>
      lambda.call('CreateFunction', { ...leastRequest('f'), ...onProvider('p'), ...changes })
    const refused: [object, string | RegExp][] = [
      [{ MemorySize: 2047 }, /^'MemorySize' value failed .* greater than or equal to 2048$/],
      [
        { TenancyConfig: { TenantIsolationMode: 'PER_TENANT' } },
        'CapacityProviderConfig is not supported for functions with tenant isolation.',
      ],
      [
        { LoggingConfig: { LogFormat: 'Text' } },
        'LogFormat Text is not supported for functions on a capacity provider.',
      ],
    ]
    for (const [changes, words] of refused) await assert.rejects(create(changes), invalid(words))
    await assert.rejects(create(onProvider('nope')), providerNotFound('nope'))
    await leaveIn(lambda, 'p', 'Deleting')
    await assert.rejects(
      create({}),
      refusal('ResourceConflictException', 409, /following state: Deleting$/),
    )
  })

  test('is refused SnapStart and provisioned concurrency (docs)', async () => {
    await using lambda = await withProvider()
    await lambda.create('f', { ...onProvider('p'), Publish: true })
    const SnapStart = { ApplyOn: 'PublishedVersions' }
    await assert.rejects(
      lambda.call('UpdateFunctionConfiguration', { FunctionName: 'f', SnapStart }),
      invalid('SnapStart is not supported for functions on a capacity provider.'),
    )
    await assert.rejects(
      lambda.call('PutProvisionedConcurrencyConfig', {
        FunctionName: 'f',
        Qualifier: '1',
        ProvisionedConcurrentExecutions: 1,
      }),
      invalid('Provisioned concurrency is not supported for functions on a capacity provider.'),
    )
  })

  test('is refused a provider of another architecture', async () => {
    await using lambda = await withProvider({ InstanceRequirements: { Architectures: ['arm64'] } })
    await assert.rejects(
      lambda.call('CreateFunction', { ...leastRequest('f'), ...onProvider('p') }),
      invalid('The capacity provider p has arm64 instances, and none of x86_64.'),
    )
  })

  test('other functions have at most 10,240 MB, of memory and of storage, and 900 s (docs)', async () => {
    await using lambda = await openTestLambda()
    await lambda.create('f')
    const tooMuch: [object, RegExp][] = [
      [{ MemorySize: 10_241 }, /^'MemorySize' value failed .* less than or equal to 10240$/],
      [
        { EphemeralStorage: { Size: 10_241 } },
        /^'EphemeralStorage' value failed .* less than or equal to 10240$/,
      ],
      [{ Timeout: 901 }, /^'Timeout' value failed .* less than or equal to 900$/],
    ]
    for (const [changes, words] of tooMuch) {
      await assert.rejects(
        lambda.call('CreateFunction', { ...leastRequest('g'), ...changes }),
        invalid(words),
      )
      await assert.rejects(
        lambda.call('UpdateFunctionConfiguration', { FunctionName: 'f', ...changes }),
        invalid(words),
      )
    }
  })
})

describe('$LATEST.PUBLISHED', () => {
  const invoke = async (lambda: TestLambda, input: object = {}) => {
    const { ExecutedVersion } = await lambda.call<InvocationResponse>('Invoke', {
      FunctionName: 'f',
      ...input,
    })
    return ExecutedVersion
  }
  const get = (lambda: TestLambda) =>
    lambda.call('GetFunctionConfiguration', {
      FunctionName: 'f',
      Qualifier: '$LATEST.PUBLISHED',
    })

  test('is what the function runs for who names no version (docs)', async () => {
    await using lambda = await withProvider()
    await lambda.create('f', onProvider('p'))
    await assert.rejects(
      invoke(lambda),
      refusal('NoPublishedVersionException', 400, /no published versions available/),
    )
    const published = await lambda.call('PublishVersion', { FunctionName: 'f', ...publishTo })
    assert.equal(published.FunctionArn, `${arnPrefix}f:$LATEST.PUBLISHED`)
    assert.equal(published.Version, '$LATEST.PUBLISHED')
    assert.equal(published.State, 'Active')
    assert.equal(await invoke(lambda), '$LATEST.PUBLISHED')
    assert.equal(await invoke(lambda, { Qualifier: '$LATEST.PUBLISHED' }), '$LATEST.PUBLISHED')
    const [one, other] = lambda.invoker.invocations.map(({ version }) => version)
    assert.equal(one, other, 'environments hang on the identity of the snapshot')
    await lambda.call('PublishVersion', { FunctionName: 'f' })
    assert.equal(await invoke(lambda, { FunctionName: 'f:1' }), '1')
    await assert.rejects(
      invoke(lambda, { Qualifier: '$LATEST' }),
      invalid(/^The unpublished version of a function on a capacity provider cannot be invoked/),
    )
  })

  test('is published anew in its own place, and what it was goes', async () => {
    await using lambda = await withProvider()
    const made = await lambda.create('f', { ...onProvider('p'), ...publishTo })
    const first = await get(lambda)
    assert.equal(first.CodeSha256, made.CodeSha256)
    assert.equal(await invoke(lambda), '$LATEST.PUBLISHED')
    // Nothing has changed.
    const again = await lambda.call('PublishVersion', { FunctionName: 'f', ...publishTo })
    assert.equal(again.RevisionId, first.RevisionId)

    const updated = await lambda.call('UpdateFunctionCode', {
      FunctionName: 'f',
      ZipFile: packageOf('two'),
      ...publishTo,
    })
    assert.equal(updated.Version, '$LATEST.PUBLISHED')
    assert.notEqual(updated.CodeSha256, first.CodeSha256)
    await lambda.settled('f')
    assert.equal((await get(lambda)).CodeSha256, updated.CodeSha256)
    await invoke(lambda)
    const { version } = lambda.invoker.invocations.at(-1) ?? {}
    assert.equal(version?.code, blobIdOf(updated.CodeSha256))
    assert.deepEqual(
      lambda.invoker.retired.find((each) => each.version === '$LATEST.PUBLISHED'),
      {
        functionArn: `${arnPrefix}f`,
        version: '$LATEST.PUBLISHED',
        keep: updated.RevisionId,
      },
    )
    await lambda.end()
    assert.equal(await lambda.hasBlob(blobIdOf(first.CodeSha256)), false)
    assert.ok(await lambda.hasBlob(blobIdOf(updated.CodeSha256)))
  })

  test('is no numbered version: lists leave it out, and numbers go on', async () => {
    await using lambda = await withProvider()
    await lambda.create('f', { ...onProvider('p'), ...publishTo })
    const one = await lambda.call('PublishVersion', { FunctionName: 'f' })
    assert.equal(one.Version, '1')
    const { Versions } = await lambda.call<{ Versions: FunctionConfiguration[] }>(
      'ListVersionsByFunction',
      { FunctionName: 'f' },
    )
    assert.deepEqual(
      Versions.map(({ Version }) => Version),
      ['$LATEST', '1'],
    )
    const { Functions } = await lambda.call<{ Functions: FunctionConfiguration[] }>(
      'ListFunctions',
      { FunctionVersion: 'ALL' },
    )
    assert.deepEqual(
      Functions.map(({ Version }) => Version),
      ['$LATEST', '1'],
    )
  })

  test('can be what an alias points to, and cannot be deleted then', async () => {
    await using lambda = await withProvider()
    await lambda.create('f', { ...onProvider('p'), ...publishTo })
    const Qualifier = '$LATEST.PUBLISHED'
    const alias = { FunctionName: 'f', Name: 'live', FunctionVersion: Qualifier }
    await lambda.call('CreateAlias', alias)
    assert.equal(await invoke(lambda, { Qualifier: 'live' }), '$LATEST.PUBLISHED')
    const remove = () => lambda.call('DeleteFunction', { FunctionName: 'f', Qualifier })
    await assert.rejects(remove(), { code: 'ResourceConflictException' })
    await lambda.call('DeleteAlias', { FunctionName: 'f', Name: 'live' })
    await remove()
    await assert.rejects(invoke(lambda), { code: 'NoPublishedVersionException' })
    await assert.rejects(
      get(lambda),
      refusal(
        'ResourceNotFoundException',
        404,
        `Function not found: ${arnPrefix}f:$LATEST.PUBLISHED`,
      ),
    )
  })

  test('is refused to functions that are on no capacity provider', async () => {
    await using lambda = await openTestLambda()
    await lambda.create('f')
    const words = 'PublishTo LATEST_PUBLISHED is only for functions on a capacity provider.'
    const asked: [string, object][] = [
      ['CreateFunction', leastRequest('g')],
      ['PublishVersion', { FunctionName: 'f' }],
      ['UpdateFunctionCode', { FunctionName: 'f', ZipFile: packageOf('two') }],
    ]
    for (const [operation, input] of asked) {
      await assert.rejects(lambda.call(operation, { ...input, ...publishTo }), invalid(words))
    }
  })
})

test('a capacity provider has at most a hundred published versions (docs)', async () => {
  await using lambda = await withProvider()
  await lambda.create('f', onProvider('p'))
  await lambda.store.transaction<LambdaTables, void>('TEST:MANY', async (db) => {
    const { config, ...record } = recordOf('many')
    const managedInstances = {
      ...{ provider: 'p', environmentConcurrency: undefined, memoryGiBPerVCpu: undefined },
    }
    for (let n = 1; n <= 100; n += 1) {
      const version = { ...record, version: String(n), config: { ...config, managedInstances } }
      await putProviderUse(db, version)
    }
  })
  const tooMany = refusal(
    'FunctionVersionsPerCapacityProviderLimitExceededException',
    400,
    /maximum number of function versions/,
  )
  await assert.rejects(lambda.call('PublishVersion', { FunctionName: 'f' }), tooMany)
  await assert.rejects(
    lambda.call('CreateFunction', { ...leastRequest('g'), ...onProvider('p'), Publish: true }),
    tooMany,
  )
})
