/**
 * The operations of layers and of code signing through a real client: paths with ARNs in them, query members, downloads.
 * What they do is tested beside them; what functions see of layers, in layers.test.ts. No function runs here.
 */
import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { after, before, test } from 'node:test'
import {
  AddLayerVersionPermissionCommand,
  CreateCodeSigningConfigCommand,
  CreateFunctionCommand,
  DeleteCodeSigningConfigCommand,
  DeleteFunctionCodeSigningConfigCommand,
  DeleteLayerVersionCommand,
  GetCodeSigningConfigCommand,
  GetFunctionCodeSigningConfigCommand,
  GetLayerVersionByArnCommand,
  GetLayerVersionCommand,
  GetLayerVersionPolicyCommand,
  type LambdaClient,
  ListCodeSigningConfigsCommand,
  ListFunctionsByCodeSigningConfigCommand,
  ListLayerVersionsCommand,
  ListLayersCommand,
  PublishLayerVersionCommand,
  PutFunctionCodeSigningConfigCommand,
  RemoveLayerVersionPermissionCommand,
  UpdateCodeSigningConfigCommand,
} from '@aws-sdk/client-lambda'
import { clientsOf, deploy, role } from '../kit/deploy.ts'
import { type TestServer, startTestServer } from '../kit/server.ts'
import { zip } from '../kit/zip.ts'

let server: TestServer
let client: LambdaClient

before(async () => {
  server = await startTestServer({ args: ['--isolation=process'] })
  client = clientsOf(server.url).lambda
})
after(() => server[Symbol.asyncDispose]())

test('layers', async () => {
  const ZipFile = zip({ 'lib/x': 'x' })
  const published = await client.send(
    new PublishLayerVersionCommand({
      LayerName: 'tools',
      Content: { ZipFile },
      CompatibleRuntimes: ['nodejs24.x'],
      CompatibleArchitectures: ['x86_64'],
    }),
  )
  assert.equal(published.$metadata.httpStatusCode, 201)
  const named = { LayerName: published.LayerArn, VersionNumber: 1 }
  const Arn = published.LayerVersionArn
  for (const command of [
    new GetLayerVersionCommand(named),
    new GetLayerVersionByArnCommand({ Arn }),
  ]) {
    const got = await client.send(command as GetLayerVersionCommand)
    assert.equal(got.LayerVersionArn, Arn)
    const download = await fetch(got.Content?.Location ?? '')
    assert.deepEqual(Buffer.from(await download.arrayBuffer()), Buffer.from(ZipFile))
  }
  const filter = { CompatibleRuntime: 'nodejs24.x', CompatibleArchitecture: 'x86_64' } as const
  const { Layers } = await client.send(new ListLayersCommand(filter))
  assert.equal(Layers?.[0]?.LatestMatchingVersion?.LayerVersionArn, Arn)
  const { LayerVersions } = await client.send(
    new ListLayerVersionsCommand({ LayerName: 'tools', ...filter }),
  )
  assert.equal(LayerVersions?.[0]?.LayerVersionArn, Arn)
  const permission = await client.send(
    new AddLayerVersionPermissionCommand({
      ...named,
      StatementId: 's1',
      Action: 'lambda:GetLayerVersion',
      Principal: '*',
    }),
  )
  const { Policy, RevisionId } = await client.send(new GetLayerVersionPolicyCommand(named))
  assert.ok(Policy?.includes(permission.Statement ?? 'none'))
  await client.send(
    new RemoveLayerVersionPermissionCommand({ ...named, StatementId: 's1', RevisionId }),
  )
  const deleted = await client.send(new DeleteLayerVersionCommand(named))
  assert.equal(deleted.$metadata.httpStatusCode, 204)
  await assert.rejects(client.send(new GetLayerVersionByArnCommand({ Arn })), {
    name: 'ResourceNotFoundException',
    message: 'The resource you requested does not exist.',
  })
})

test('code signing', async () => {
  await deploy(client, { FunctionName: 'f', files: { 'index.mjs': '' } })
  const account = role.split(':')[4]
  const SigningProfileVersionArns = [
    `arn:aws:signer:us-east-1:${account}:/signing-profiles/release/Version001`,
  ]
  const { CodeSigningConfig: config } = await client.send(
    new CreateCodeSigningConfigCommand({ AllowedPublishers: { SigningProfileVersionArns } }),
  )
  const named = { CodeSigningConfigArn: config?.CodeSigningConfigArn }
  await client.send(
    new UpdateCodeSigningConfigCommand({
      ...named,
      CodeSigningPolicies: { UntrustedArtifactOnDeployment: 'Enforce' },
    }),
  )
  const got = await client.send(new GetCodeSigningConfigCommand(named))
  assert.equal(got.CodeSigningConfig?.CodeSigningPolicies?.UntrustedArtifactOnDeployment, 'Enforce')
  const { CodeSigningConfigs } = await client.send(new ListCodeSigningConfigsCommand({}))
  assert.deepEqual(CodeSigningConfigs, [got.CodeSigningConfig])
  const none = await client.send(new GetFunctionCodeSigningConfigCommand({ FunctionName: 'f' }))
  assert.equal(none.CodeSigningConfigArn, undefined)
  await client.send(new PutFunctionCodeSigningConfigCommand({ ...named, FunctionName: 'f' }))
  const { FunctionArns } = await client.send(new ListFunctionsByCodeSigningConfigCommand(named))
  assert.equal(FunctionArns?.length, 1)
  await assert.rejects(
    client.send(
      new CreateFunctionCommand({
        FunctionName: 'g',
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: role,
        Code: { ZipFile: zip({ 'index.mjs': '' }) },
        ...named,
      }),
    ),
    { name: 'CodeVerificationFailedException' },
  )
  await assert.rejects(client.send(new DeleteCodeSigningConfigCommand(named)), {
    name: 'ResourceConflictException',
  })
  await client.send(new DeleteFunctionCodeSigningConfigCommand({ FunctionName: 'f' }))
  const deleted = await client.send(new DeleteCodeSigningConfigCommand(named))
  assert.equal(deleted.$metadata.httpStatusCode, 204)
})
