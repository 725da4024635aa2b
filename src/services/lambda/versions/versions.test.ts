/** Versions and aliases, through their operations. Expected values by origin: docs, observed. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { AliasConfiguration, FunctionConfiguration } from '@aws-sdk/client-lambda'
import { arnPrefix, blobIdOf, openTestLambda, packageOf, refusal, role } from '../test-support.ts'
import type { TestLambda } from '../test-support.ts'

type List = { Versions?: FunctionConfiguration[]; NextMarker?: string }

async function publish(lambda: TestLambda, name: string, code?: string): Promise<string> {
  if (code !== undefined) {
    await lambda.call('UpdateFunctionCode', { FunctionName: name, ZipFile: packageOf(code) })
    await lambda.settled(name)
  }
  const { Version } = await lambda.call('PublishVersion', { FunctionName: name })
  return Version ?? ''
}

describe('versions', () => {
  test('are copies of $LATEST that do not change when it does', async () => {
    await using lambda = await openTestLambda()
    await lambda.create('f', { Description: 'first', Environment: { Variables: { A: '1' } } })
    const one = await lambda.call('PublishVersion', { FunctionName: 'f' })
    assert.equal(one.Version, '1')
    assert.equal(one.FunctionArn, `${arnPrefix}f:1`)
    assert.equal(one.State, 'Active')
    await lambda.call('UpdateFunctionConfiguration', {
      FunctionName: 'f',
      Environment: {},
      Timeout: 9,
    })
    await lambda.settled('f')
    assert.equal(await publish(lambda, 'f', 'two'), '2')
    for (const qualifier of ['1', undefined]) {
      const named = { FunctionName: qualifier ? 'f' : 'f:1', Qualifier: qualifier }
      const again = await lambda.call('GetFunctionConfiguration', named)
      assert.deepEqual(again, one)
    }
    assert.notEqual(
      (await lambda.call('GetFunctionConfiguration', { FunctionName: 'f:2' })).CodeSha256,
      one.CodeSha256,
    )
  })

  test('have no new number when nothing has changed, nor for a description alone (docs)', async () => {
    await using lambda = await openTestLambda()
    await lambda.create('f')
    const one = await lambda.call('PublishVersion', { FunctionName: 'f', Description: 'the first' })
    assert.equal(one.Description, 'the first')
    assert.deepEqual(await lambda.call('PublishVersion', { FunctionName: 'f' }), one)
    await lambda.call('UpdateFunctionConfiguration', { FunctionName: 'f', Description: 'other' })
    await lambda.settled('f')
    assert.deepEqual(await lambda.call('PublishVersion', { FunctionName: 'f' }), one)
  })

  test('are published under conditions (observed)', async () => {
    await using lambda = await openTestLambda()
    const { RevisionId, CodeSha256 } = await lambda.create('f')
    await assert.rejects(
      lambda.call('PublishVersion', { FunctionName: 'f', CodeSha256: 'other' }),
      refusal(
        'InvalidParameterValueException',
        400,
        `CodeSHA256 (other) is different from current CodeSHA256 in $LATEST (${CodeSha256}). Please try again with the CodeSHA256 in $LATEST.`,
      ),
    )
    await assert.rejects(
      lambda.call('PublishVersion', { FunctionName: 'f', RevisionId: 'other' }),
      refusal('PreconditionFailedException', 412, /^The Revision Id provided does not match/),
    )
    await assert.rejects(
      lambda.call('PublishVersion', { FunctionName: 'nope' }),
      refusal('ResourceNotFoundException', 404, `Function not found: ${arnPrefix}nope`),
    )
    const one = await lambda.call('PublishVersion', { FunctionName: 'f', CodeSha256, RevisionId })
    assert.equal(one.Version, '1')
  })

  test('never have a number twice, also when the last one was deleted', async () => {
    await using lambda = await openTestLambda()
    await lambda.create('f')
    await publish(lambda, 'f')
    await lambda.call('DeleteFunction', { FunctionName: 'f', Qualifier: '1' })
    await assert.rejects(
      lambda.call('GetFunction', { FunctionName: 'f:1' }),
      refusal('ResourceNotFoundException', 404, `Function not found: ${arnPrefix}f:1`),
    )
    assert.equal(await publish(lambda, 'f'), '2')
    assert.deepEqual(lambda.invoker.retired.at(-1), {
      functionArn: `${arnPrefix}f`,
      version: '1',
      keep: undefined,
    })
  })

  test('keep their code for as long as they are there', async () => {
    await using lambda = await openTestLambda()
    const { CodeSha256 } = await lambda.create('f')
    await publish(lambda, 'f')
    await publish(lambda, 'f', 'two')
    assert.equal(await lambda.hasBlob(blobIdOf(CodeSha256)), true)
    await lambda.call('DeleteFunction', { FunctionName: 'f', Qualifier: '1' })
    assert.equal(await lambda.hasBlob(blobIdOf(CodeSha256)), false)
    const { CodeSha256: second } = await lambda.settled('f')
    await lambda.call('DeleteFunction', { FunctionName: 'f' })
    assert.equal(await lambda.hasBlob(blobIdOf(second)), false)
    await lambda.create('f')
    assert.equal(await publish(lambda, 'f'), '1')
  })

  test('come with a creation and an update of the code, Pending until these are in place', async () => {
    await using lambda = await openTestLambda()
    const made = await lambda.call('CreateFunction', {
      FunctionName: 'f',
      Runtime: 'nodejs24.x',
      Role: role,
      Handler: 'index.handler',
      Code: { ZipFile: packageOf('one') },
      Publish: true,
    })
    assert.deepEqual([made.Version, made.State], ['1', 'Pending'])
    await lambda.settled('f')
    const one = await lambda.call('GetFunctionConfiguration', { FunctionName: 'f:1' })
    assert.equal(one.State, 'Active')
    const update = { FunctionName: 'f', ZipFile: packageOf('two'), Publish: true }
    assert.equal((await lambda.call('UpdateFunctionCode', update)).Version, '2')
    await lambda.settled('f')
    assert.equal(
      (await lambda.call('GetFunctionConfiguration', { FunctionName: 'f:2' })).State,
      'Active',
    )
  })

  test('are listed after $LATEST, page by page', async () => {
    await using lambda = await openTestLambda()
    await lambda.create('f')
    for (const code of ['a', 'b', 'c']) await publish(lambda, 'f', code)
    const seen: string[] = []
    let Marker: string | undefined
    do {
      const input = { FunctionName: 'f', MaxItems: 2, Marker }
      const { Versions = [], NextMarker } = await lambda.call<List>('ListVersionsByFunction', input)
      assert.ok(Versions.length <= 2)
      seen.push(...Versions.map(({ FunctionArn }) => FunctionArn?.split(':').at(-1) ?? ''))
      Marker = NextMarker
    } while (Marker !== undefined)
    assert.deepEqual(seen, ['$LATEST', '1', '2', '3'])
    await assert.rejects(
      lambda.call('ListVersionsByFunction', { FunctionName: 'f', Marker: 'x' }),
      refusal('InvalidParameterValueException', 400, /^Invalid Marker/),
    )
  })

  test('are all in the list of functions when asked for, page by page', async () => {
    await using lambda = await openTestLambda()
    for (const name of ['a', 'b', 'c']) await lambda.create(name)
    for (const name of ['a', 'c'])
      for (const code of ['x', 'y']) await publish(lambda, name, code + name)
    const seen: string[] = []
    let Marker: string | undefined
    do {
      const input = { FunctionVersion: 'ALL', MaxItems: 2, Marker }
      const { Functions = [], NextMarker } = await lambda.call<{
        Functions?: FunctionConfiguration[]
        NextMarker?: string
      }>('ListFunctions', input)
      seen.push(...Functions.map(({ FunctionArn }) => FunctionArn?.slice(arnPrefix.length) ?? ''))
      Marker = NextMarker
    } while (Marker !== undefined)
    assert.deepEqual(seen, ['a:$LATEST', 'a:1', 'a:2', 'b:$LATEST', 'c:$LATEST', 'c:1', 'c:2'])
  })
})

describe('aliases', () => {
  async function withTwoVersions(): Promise<TestLambda> {
    const lambda = await openTestLambda()
    await lambda.create('f')
    for (const code of ['one', 'two']) await publish(lambda, 'f', code)
    return lambda
  }

  const alias = (changes: object = {}) => ({
    FunctionName: 'f',
    Name: 'live',
    FunctionVersion: '1',
    ...changes,
  })

  test('are created, shown, changed, listed and deleted', async () => {
    await using lambda = await withTwoVersions()
    const made = await lambda.call<AliasConfiguration>('CreateAlias', alias({ Description: 'd' }))
    assert.deepEqual(made, {
      AliasArn: `${arnPrefix}f:live`,
      Name: 'live',
      FunctionVersion: '1',
      Description: 'd',
      RevisionId: made.RevisionId,
    })
    assert.deepEqual(await lambda.call('GetAlias', { FunctionName: 'f', Name: 'live' }), made)
    await assert.rejects(
      lambda.call('CreateAlias', alias()),
      refusal('ResourceConflictException', 409, `Alias already exists: ${arnPrefix}f:live`),
    )
    const weights = { AdditionalVersionWeights: { 2: 0.1 } }
    const changed = await lambda.call<AliasConfiguration>(
      'UpdateAlias',
      alias({ FunctionVersion: undefined, RoutingConfig: weights, RevisionId: made.RevisionId }),
    )
    assert.deepEqual(changed, { ...made, RoutingConfig: weights, RevisionId: changed.RevisionId })
    assert.notEqual(changed.RevisionId, made.RevisionId)
    await assert.rejects(
      lambda.call('UpdateAlias', alias({ RevisionId: made.RevisionId })),
      refusal('PreconditionFailedException', 412, /^The Revision Id provided does not match/),
    )
    const cleared = await lambda.call<AliasConfiguration>(
      'UpdateAlias',
      alias({ RoutingConfig: {} }),
    )
    assert.equal(cleared.RoutingConfig, undefined)
    await lambda.call('CreateAlias', alias({ Name: 'next', FunctionVersion: '$LATEST' }))
    const names = async (input: object): Promise<unknown> => {
      const { Aliases = [] } = await lambda.call<{ Aliases?: AliasConfiguration[] }>(
        'ListAliases',
        input,
      )
      return Aliases.map(({ Name }) => Name)
    }
    assert.deepEqual(await names({ FunctionName: 'f' }), ['live', 'next'])
    assert.deepEqual(await names({ FunctionName: 'f', FunctionVersion: '1' }), ['live'])
    await lambda.call('DeleteAlias', { FunctionName: 'f', Name: 'live' })
    await lambda.call('DeleteAlias', { FunctionName: 'f', Name: 'live' })
    await assert.rejects(
      lambda.call('GetAlias', { FunctionName: 'f', Name: 'live' }),
      refusal('ResourceNotFoundException', 404, `Cannot find alias arn: ${arnPrefix}f:live`),
    )
  })

  test('lead to versions that are there, and to two at most (observed)', async () => {
    await using lambda = await withTwoVersions()
    const refused: [object, RegExp | string][] = [
      [{ FunctionVersion: '7' }, `Function not found: ${arnPrefix}f:7`],
      [
        { RoutingConfig: { AdditionalVersionWeights: { 1: 0.5 } } },
        'Invalid function version 1. Function version 1 is already included in routing configuration.',
      ],
      [
        { FunctionVersion: '$LATEST', RoutingConfig: { AdditionalVersionWeights: { 1: 0.5 } } },
        '$LATEST is not supported for an alias pointing to more than 1 version',
      ],
      [
        { RoutingConfig: { AdditionalVersionWeights: { 2: 0.5, 3: 0.1 } } },
        'Number of items in AdditionalVersionWeights cannot be greater than 1',
      ],
      [
        { RoutingConfig: { AdditionalVersionWeights: { 7: 0.5 } } },
        `Function not found: ${arnPrefix}f:7`,
      ],
    ]
    for (const [changes, message] of refused) {
      await assert.rejects(lambda.call('CreateAlias', alias(changes)), { message })
    }
    await assert.rejects(lambda.call('GetAlias', { FunctionName: 'f', Name: 'live' }))
  })

  test('keep a version from being deleted', async () => {
    await using lambda = await withTwoVersions()
    await lambda.call(
      'CreateAlias',
      alias({ RoutingConfig: { AdditionalVersionWeights: { 2: 0 } } }),
    )
    for (const Qualifier of ['1', '2']) {
      await assert.rejects(
        lambda.call('DeleteFunction', { FunctionName: 'f', Qualifier }),
        refusal('ResourceConflictException', 409, /referenced by one or more aliases: live/),
      )
    }
    await lambda.call('UpdateAlias', alias({ FunctionVersion: '2', RoutingConfig: {} }))
    await lambda.call('DeleteFunction', { FunctionName: 'f', Qualifier: '1' })
  })

  test('show the version they lead to, and run it', async () => {
    await using lambda = await withTwoVersions()
    await lambda.call('CreateAlias', alias())
    const shown = await lambda.call('GetFunctionConfiguration', { FunctionName: 'f:live' })
    assert.deepEqual([shown.Version, shown.FunctionArn], ['1', `${arnPrefix}f:live`])
    const input = { FunctionName: 'f', Qualifier: 'live' }
    const { ExecutedVersion } = await lambda.call<{ ExecutedVersion?: string }>('Invoke', input)
    assert.equal(ExecutedVersion, '1')
    const { version, request } = lambda.invoker.invocations.at(-1)!
    assert.deepEqual([version.version, request.invokedArn], ['1', `${arnPrefix}f:live`])
    await lambda.call('UpdateAlias', alias({ FunctionVersion: '2' }))
    await lambda.call('Invoke', input)
    assert.equal(lambda.invoker.invocations.at(-1)?.version.version, '2')
    // Environments hang on the identity of what they run.
    await lambda.call('UpdateAlias', alias())
    await lambda.call('Invoke', input)
    assert.equal(lambda.invoker.invocations.at(-1)?.version, version)
    await assert.rejects(
      lambda.call('Invoke', { FunctionName: 'f', Qualifier: 'nope' }),
      refusal('ResourceNotFoundException', 404, `Function not found: ${arnPrefix}f:nope`),
    )
  })

  test('with weights send each version its share: 10 % of 5,000, give or take 2', async () => {
    await using lambda = await withTwoVersions()
    await lambda.call(
      'CreateAlias',
      alias({ RoutingConfig: { AdditionalVersionWeights: { 2: 0.1 } } }),
    )
    for (let round = 0; round < 5000; round += 1)
      await lambda.call('Invoke', { FunctionName: 'f:live' })
    const second = lambda.invoker.invocations.filter(
      ({ version }) => version.version === '2',
    ).length
    assert.ok(second > 400 && second < 600, `${second} of 5000`)
  })
})
