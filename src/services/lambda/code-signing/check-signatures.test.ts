/** What deployments of functions with a configuration go through. Expected values by origin: docs, reported. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import type { FunctionConfiguration } from '@aws-sdk/client-lambda'
import { makeConfig, manifestOf, openTestProfiles, zipOf } from './test-kit.ts'
import { openTestLambda, packageOf, refusal } from '../test-support.ts'

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

const files = { 'index.mjs': 'export const handler = 1' }

test('code that nobody has signed is refused where it counts, and leaves nothing (reported)', async () => {
  await using profiles = await openTestProfiles()
  await using lambda = await openTestLambda(undefined, {
    signingProfilesDirectory: profiles.directory,
  })
  const ours = await profiles.make('ours')
  const theirs = await profiles.make('theirs')
  const CodeSigningConfigArn = await makeConfig(lambda)
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

test('unsigned code is let through with a warning, but not when it was changed (docs)', async () => {
  await using profiles = await openTestProfiles()
  await using lambda = await openTestLambda(undefined, {
    signingProfilesDirectory: profiles.directory,
  })
  const ours = await profiles.make('ours')
  const arn = await makeConfig(lambda, 'Warn')
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

test('code that is there stays when a configuration comes; what is deployed next counts (docs)', async () => {
  await using lambda = await openTestLambda()
  const before = await lambda.create('f')
  const CodeSigningConfigArn = await makeConfig(lambda)
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

test('code of layers counts, too, when they are added (docs)', async () => {
  await using profiles = await openTestProfiles()
  await using lambda = await openTestLambda(undefined, {
    signingProfilesDirectory: profiles.directory,
  })
  const ours = await profiles.make('ours')
  const layer = async (name: string, zip: Uint8Array): Promise<string> => {
    const input = { LayerName: name, Content: { ZipFile: zip } }
    const made = await lambda.call<{ LayerVersionArn: string }>('PublishLayerVersion', input)
    return made.LayerVersionArn
  }
  const signed = await layer('signed', ours.package({ 'lib/x': '1' }))
  const unsigned = await layer('unsigned', packageOf('u'))
  const CodeSigningConfigArn = await makeConfig(lambda)
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
