/** Code signing through its operations. Expected values by origin: docs, observed (recorded), reported (by users). */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import type {
  CodeSigningConfig,
  FunctionConfiguration,
  ListCodeSigningConfigsResponse,
  ListFunctionsByCodeSigningConfigResponse,
} from '@aws-sdk/client-lambda'
import type { CallContext } from '../../../kernel/operation.ts'
import {
  type TestLambda,
  arnPrefix,
  leastRequest,
  openTestLambda,
  packageOf,
  refusal,
} from '../test-support.ts'
import { manifestOf, openTestProfiles, zipOf } from './test-kit.ts'

const publisher = 'arn:aws:signer:eu-west-1:123456789012:/signing-profiles/ours/Version001'
const unknown = 'arn:aws:lambda:eu-west-1:123456789012:code-signing-config:csc-00000000000000000'

async function make(
  lambda: TestLambda,
  policy: 'Warn' | 'Enforce' = 'Enforce',
  changes: object = {},
): Promise<string> {
  const { CodeSigningConfig: config } = await lambda.call<{ CodeSigningConfig: CodeSigningConfig }>(
    'CreateCodeSigningConfig',
    {
      AllowedPublishers: { SigningProfileVersionArns: [publisher] },
      CodeSigningPolicies: { UntrustedArtifactOnDeployment: policy },
      ...changes,
    },
  )
  return config.CodeSigningConfigArn ?? ''
}

const get = async (lambda: TestLambda, arn: string, changes = {}) =>
  (
    await lambda.call<{ CodeSigningConfig: CodeSigningConfig }>(
      'GetCodeSigningConfig',
      { CodeSigningConfigArn: arn },
      changes,
    )
  ).CodeSigningConfig

const notThere = (arn: string) =>
  refusal(
    'ResourceNotFoundException',
    404,
    `The Lambda code signing configuration ${arn} can not be found.`,
  )
const givenNotThere = (arn: string) =>
  refusal(
    'CodeSigningConfigNotFoundException',
    404,
    `The code signing configuration cannot be found. Check that the provided configuration is not deleted: ${arn}.`,
  )
const untrusted = (name: string) =>
  refusal(
    'CodeVerificationFailedException',
    400,
    `Lambda cannot deploy the function. The function or layer might be signed using a signature that the client is not configured to accept. Check the provided signature for ${name}.`,
  )
const broken = refusal(
  'InvalidCodeSignatureException',
  400,
  /^The code signature failed the integrity check\./,
)

describe('a code signing configuration', () => {
  test('is made, shown, changed and deleted (docs)', async () => {
    await using lambda = await openTestLambda()
    const arn = await make(lambda, 'Enforce', { Description: 'first' })
    assert.match(
      arn,
      /^arn:aws:lambda:eu-west-1:123456789012:code-signing-config:csc-[a-z0-9]{17}$/,
    )
    const made = {
      CodeSigningConfigId: arn.split(':').at(-1),
      CodeSigningConfigArn: arn,
      Description: 'first',
      AllowedPublishers: { SigningProfileVersionArns: [publisher] },
      CodeSigningPolicies: { UntrustedArtifactOnDeployment: 'Enforce' },
      LastModified: '2026-11-21T12:00:00.000+0000',
    }
    assert.deepEqual(await get(lambda, arn), made)
    lambda.clock.advance(1000)
    await lambda.call('UpdateCodeSigningConfig', {
      CodeSigningConfigArn: arn,
      CodeSigningPolicies: { UntrustedArtifactOnDeployment: 'Warn' },
    })
    const changed = {
      ...made,
      CodeSigningPolicies: { UntrustedArtifactOnDeployment: 'Warn' },
      LastModified: '2026-11-21T12:00:01.000+0000',
    }
    assert.deepEqual(await get(lambda, arn), changed)
    const other = publisher.replace('Version001', 'Version002')
    const { CodeSigningConfig: again } = await lambda.call<{ CodeSigningConfig: object }>(
      'UpdateCodeSigningConfig',
      {
        CodeSigningConfigArn: arn,
        Description: '',
        AllowedPublishers: { SigningProfileVersionArns: [other] },
      },
    )
    assert.deepEqual(again, {
      ...changed,
      Description: '',
      AllowedPublishers: { SigningProfileVersionArns: [other] },
    })
    await lambda.call('DeleteCodeSigningConfig', { CodeSigningConfigArn: arn })
    await assert.rejects(get(lambda, arn), notThere(arn))
  })

  test('only warns unless told (docs)', async () => {
    await using lambda = await openTestLambda()
    const arn = await make(lambda, 'Warn', { CodeSigningPolicies: undefined })
    assert.deepEqual((await get(lambda, arn)).CodeSigningPolicies, {
      UntrustedArtifactOnDeployment: 'Warn',
    })
  })

  test('that is not there, or elsewhere, is not found (observed)', async () => {
    await using lambda = await openTestLambda()
    const arn = await make(lambda)
    const named = { CodeSigningConfigArn: unknown }
    for (const operation of [
      'GetCodeSigningConfig',
      'UpdateCodeSigningConfig',
      'DeleteCodeSigningConfig',
      'ListFunctionsByCodeSigningConfig',
    ]) {
      await assert.rejects(lambda.call(operation, named), notThere(unknown))
    }
    const account = '210987654321' as CallContext['account']
    await assert.rejects(get(lambda, arn, { account }), notThere(arn))
    await assert.rejects(get(lambda, arn, { region: 'us-east-1' }), notThere(arn))
  })

  test('names versions of signing profiles, and nothing else', async () => {
    await using lambda = await openTestLambda()
    const profile = publisher.slice(0, publisher.lastIndexOf('/'))
    const wrong = { AllowedPublishers: { SigningProfileVersionArns: [publisher, profile] } }
    const words = refusal(
      'InvalidParameterValueException',
      400,
      `${profile} is no ARN of a version of a signing profile.`,
    )
    await assert.rejects(make(lambda, 'Warn', wrong), words)
    const CodeSigningConfigArn = await make(lambda)
    await assert.rejects(
      lambda.call('UpdateCodeSigningConfig', { CodeSigningConfigArn, ...wrong }),
      words,
    )
  })

  test('has tags', async () => {
    await using lambda = await openTestLambda()
    const Resource = await make(lambda, 'Warn', { Tags: { team: 'a' } })
    await lambda.call('TagResource', { Resource, Tags: { stage: 'test' } })
    await lambda.call('UntagResource', { Resource, TagKeys: ['team'] })
    const { Tags } = await lambda.call<{ Tags: object }>('ListTags', { Resource })
    assert.deepEqual(Tags, { stage: 'test' })
    await assert.rejects(lambda.call('ListTags', { Resource: unknown }), notThere(unknown))
    await assert.rejects(
      lambda.call('TagResource', { Resource: unknown, Tags: { a: 'b' } }),
      notThere(unknown),
    )
  })

  test('is listed, in pages that have everything once', async () => {
    await using lambda = await openTestLambda()
    const all: string[] = []
    for (let made = 0; made < 5; made += 1) all.push(await make(lambda))
    const seen: (string | undefined)[] = []
    let Marker: string | undefined
    do {
      const page: ListCodeSigningConfigsResponse = await lambda.call('ListCodeSigningConfigs', {
        MaxItems: 2,
        Marker,
      })
      seen.push(...(page.CodeSigningConfigs?.map((each) => each.CodeSigningConfigArn) ?? []))
      Marker = page.NextMarker
    } while (Marker !== undefined)
    assert.deepEqual(seen, all.toSorted())
    await assert.rejects(
      lambda.call('ListCodeSigningConfigs', { Marker: 'elsewhere' }),
      refusal('InvalidParameterValueException', 400, /^Invalid Marker/),
    )
  })
})

describe('a function', () => {
  test('gets a configuration, has it, and loses it (docs)', async () => {
    await using lambda = await openTestLambda()
    await lambda.create('f')
    const ask = () => lambda.call('GetFunctionCodeSigningConfig', { FunctionName: 'f' })
    assert.deepEqual(await ask(), { CodeSigningConfigArn: undefined, FunctionName: 'f' })
    const CodeSigningConfigArn = await make(lambda)
    const both = { CodeSigningConfigArn, FunctionName: 'f' }
    assert.deepEqual(await lambda.call('PutFunctionCodeSigningConfig', both), both)
    assert.deepEqual(await ask(), both)
    const remove = () => lambda.call('DeleteFunctionCodeSigningConfig', { FunctionName: 'f' })
    await remove()
    await remove()
    assert.deepEqual(await ask(), { CodeSigningConfigArn: undefined, FunctionName: 'f' })
  })

  test('or a configuration that is not there is told (observed)', async () => {
    await using lambda = await openTestLambda()
    await lambda.create('f')
    const put = (FunctionName: string, CodeSigningConfigArn: string) =>
      lambda.call('PutFunctionCodeSigningConfig', { FunctionName, CodeSigningConfigArn })
    await assert.rejects(put('f', unknown), givenNotThere(unknown))
    const missing = refusal(
      'ResourceNotFoundException',
      404,
      `Function not found: ${arnPrefix}nothing`,
    )
    await assert.rejects(put('nothing', await make(lambda)), missing)
    for (const operation of ['GetFunctionCodeSigningConfig', 'DeleteFunctionCodeSigningConfig']) {
      await assert.rejects(lambda.call(operation, { FunctionName: 'nothing' }), missing)
    }
    await assert.rejects(
      lambda.call('CreateFunction', { ...leastRequest('g'), CodeSigningConfigArn: unknown }),
      givenNotThere(unknown),
    )
  })

  test('keeps its configuration from being deleted, and is listed by it', async () => {
    await using lambda = await openTestLambda()
    const arn = await make(lambda, 'Warn')
    const other = await make(lambda, 'Warn')
    for (const name of ['c', 'a', 'b']) await lambda.create(name, { CodeSigningConfigArn: arn })
    await lambda.create('d', { CodeSigningConfigArn: other })
    const list = (changes: object) =>
      lambda.call<ListFunctionsByCodeSigningConfigResponse>('ListFunctionsByCodeSigningConfig', {
        CodeSigningConfigArn: arn,
        ...changes,
      })
    const first = await list({ MaxItems: 2 })
    assert.deepEqual(first.FunctionArns, [`${arnPrefix}a`, `${arnPrefix}b`])
    assert.deepEqual(await list({ Marker: first.NextMarker }), { FunctionArns: [`${arnPrefix}c`] })
    const remove = () => lambda.call('DeleteCodeSigningConfig', { CodeSigningConfigArn: arn })
    await assert.rejects(
      remove(),
      refusal('ResourceConflictException', 409, /is in use by the function a\./),
    )
    for (const FunctionName of ['a', 'b', 'c'])
      await lambda.call('DeleteFunction', { FunctionName })
    await remove()
    assert.equal((await get(lambda, other)).CodeSigningConfigArn, other)
  })
})

describe('code', () => {
  const files = { 'index.mjs': 'export const handler = 1' }

  test('that nobody has signed is refused where it counts, and leaves nothing (reported)', async () => {
    await using profiles = await openTestProfiles()
    await using lambda = await openTestLambda(undefined, profiles.directory)
    const ours = await profiles.make('ours')
    const theirs = await profiles.make('theirs')
    const CodeSigningConfigArn = await make(lambda)
    const create = (name: string, zip: Uint8Array) =>
      lambda.create(name, { CodeSigningConfigArn, Code: { ZipFile: zip } })
    await assert.rejects(create('f', packageOf('unsigned')), untrusted('f'))
    await assert.rejects(create('f', theirs.package(files)), untrusted('f'))
    assert.equal((await create('f', ours.package(files))).SigningProfileVersionArn, ours.arn)
    const update = (zip: Uint8Array) =>
      lambda.call('UpdateFunctionCode', { FunctionName: 'f', ZipFile: zip })
    await assert.rejects(update(packageOf('unsigned')), untrusted('f'))
    assert.ok(
      !(await lambda.hasBlob(createHash('sha256').update(packageOf('unsigned')).digest('hex'))),
    )
    await update(ours.package({ ...files, more: '' }))
    assert.equal((await lambda.settled('f')).SigningProfileVersionArn, ours.arn)
  })

  test('is let through with a warning, but not when it was changed (docs)', async () => {
    await using profiles = await openTestProfiles()
    await using lambda = await openTestLambda(undefined, profiles.directory)
    const ours = await profiles.make('ours')
    const arn = await make(lambda, 'Warn')
    await lambda.create('f', { CodeSigningConfigArn: arn, Code: { ZipFile: ours.package(files) } })
    const manifest = manifestOf(files)
    const ZipFile = zipOf({
      'index.mjs': 'export const handler = 2',
      'META-INF/lambdad-manifest': manifest,
      'META-INF/lambdad-signature': ours.sign(manifest),
    })
    await assert.rejects(lambda.call('UpdateFunctionCode', { FunctionName: 'f', ZipFile }), broken)
    await lambda.call('UpdateFunctionCode', { FunctionName: 'f', ZipFile: packageOf('unsigned') })
    const after = await lambda.settled('f')
    assert.ok(!('SigningProfileVersionArn' in after))
  })

  test('that is there stays when a configuration comes; what is deployed next counts (docs)', async () => {
    await using lambda = await openTestLambda()
    const before = await lambda.create('f')
    const CodeSigningConfigArn = await make(lambda)
    await lambda.call('PutFunctionCodeSigningConfig', { FunctionName: 'f', CodeSigningConfigArn })
    assert.deepEqual(await lambda.settled('f'), before)
    await lambda.call('UpdateFunctionConfiguration', { FunctionName: 'f', Timeout: 9 })
    await lambda.settled('f')
    for (const DryRun of [true, false]) {
      const input = { FunctionName: 'f', ZipFile: packageOf('two'), DryRun }
      await assert.rejects(lambda.call('UpdateFunctionCode', input), untrusted('f'))
    }
    await lambda.call('DeleteFunctionCodeSigningConfig', { FunctionName: 'f' })
    await lambda.call('UpdateFunctionCode', { FunctionName: 'f', ZipFile: packageOf('two') })
  })

  test('of layers counts, too, when they are added (docs)', async () => {
    await using profiles = await openTestProfiles()
    await using lambda = await openTestLambda(undefined, profiles.directory)
    const ours = await profiles.make('ours')
    const layer = async (name: string, zip: Uint8Array): Promise<string> => {
      const input = { LayerName: name, Content: { ZipFile: zip } }
      const made = await lambda.call<{ LayerVersionArn: string }>('PublishLayerVersion', input)
      return made.LayerVersionArn
    }
    const signed = await layer('signed', ours.package({ 'lib/x': '1' }))
    const unsigned = await layer('unsigned', packageOf('u'))
    const CodeSigningConfigArn = await make(lambda)
    const Code = { ZipFile: ours.package(files) }
    await assert.rejects(
      lambda.create('f', { CodeSigningConfigArn, Code, Layers: [signed, unsigned] }),
      untrusted(unsigned),
    )
    await lambda.create('f', { Code, Layers: [unsigned] })
    await lambda.call('PutFunctionCodeSigningConfig', { FunctionName: 'f', CodeSigningConfigArn })
    const update = async (...Layers: string[]): Promise<FunctionConfiguration> => {
      await lambda.call('UpdateFunctionConfiguration', { FunctionName: 'f', Layers })
      return await lambda.settled('f')
    }
    // It has been there before.
    assert.equal((await update(unsigned, signed)).Layers?.length, 2)
    await update(signed)
    await assert.rejects(update(signed, unsigned), untrusted(unsigned))
  })
})
