/**
 * "A setting that is accepted works": every member of the model's requests, down to its leaves, is either in the
 * list of what is honoured (each shown by a test of its operation) or refused by its name.
 */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import { loadService } from '../../model/index.ts'
import type { Shape } from '../../model/types.ts'
import { leastRequest, openTestLambda, packageOf, refusal } from './test-support.ts'

/** By path. A value stands beside those of which one value alone is honoured. */
const configuration = [
  'FunctionName',
  'Runtime',
  'Role',
  'Handler',
  'Description',
  'Timeout',
  'MemorySize',
  'Environment.Variables',
  'EphemeralStorage.Size',
  'LoggingConfig.LogFormat',
  'LoggingConfig.ApplicationLogLevel',
  'LoggingConfig.SystemLogLevel',
  'LoggingConfig.LogGroup',
  'TracingConfig.Mode',
  'DeadLetterConfig.TargetArn',
  'KMSKeyArn',
  'VpcConfig.SubnetIds',
  'VpcConfig.SecurityGroupIds',
  'VpcConfig.Ipv6AllowedForDualStack',
  'FileSystemConfigs',
  'SnapStart.ApplyOn',
  'Layers',
  'CapacityProviderConfig.LambdaManagedInstancesCapacityProviderConfig.CapacityProviderArn',
  'CapacityProviderConfig.LambdaManagedInstancesCapacityProviderConfig.PerExecutionEnvironmentMaxConcurrency',
  'CapacityProviderConfig.LambdaManagedInstancesCapacityProviderConfig.ExecutionEnvironmentMemoryGiBPerVCpu',
]

const requests: Record<string, { honoured: string[]; least: object }> = {
  CreateFunction: {
    honoured: [
      ...configuration,
      'Code.ZipFile',
      'Architectures',
      'Tags',
      'Publish',
      'CodeSigningConfigArn',
      'TenancyConfig.TenantIsolationMode',
      'PublishTo',
    ],
    least: leastRequest('g'),
  },
  UpdateFunctionConfiguration: {
    honoured: [...configuration, 'RevisionId'],
    least: { FunctionName: 'f' },
  },
  UpdateFunctionCode: {
    honoured: [
      'FunctionName',
      'ZipFile',
      'Architectures',
      'DryRun',
      'Publish',
      'PublishTo',
      'RevisionId',
    ],
    least: { FunctionName: 'f', ZipFile: packageOf('two') },
  },
  PublishVersion: {
    honoured: ['FunctionName', 'CodeSha256', 'Description', 'PublishTo', 'RevisionId'],
    least: { FunctionName: 'f' },
  },
  PublishLayerVersion: {
    honoured: [
      'LayerName',
      'Description',
      'Content.ZipFile',
      'CompatibleArchitectures',
      'CompatibleRuntimes',
      'LicenseInfo',
    ],
    least: { LayerName: 'l', Content: { ZipFile: packageOf('l') } },
  },
  InvokeWithResponseStream: {
    honoured: [
      'FunctionName',
      'Qualifier',
      'InvocationType',
      'LogType',
      'ClientContext',
      'Payload',
      'TenantId',
    ],
    least: { FunctionName: 'f' },
  },
  Invoke: {
    honoured: [
      'FunctionName',
      'Qualifier',
      'InvocationType',
      'LogType',
      'ClientContext',
      'Payload',
      'TenantId',
    ],
    least: { FunctionName: 'f' },
  },
}

/** Where the model's other values ask for nothing: they are what happens anyway. */
const harmless: Record<string, unknown> = {
  PackageType: 'Zip',
}

/** The paths of a request's leaves, each with a value that asks for something. */
function leavesOf(shape: Shape, path: string): [path: string, value: unknown][] {
  switch (shape.type) {
    case 'structure':
      return shape.members.flatMap((member) =>
        leavesOf(member.shape, path === '' ? member.name : `${path}.${member.name}`),
      )
    case 'list':
      return [[path, ['x']]]
    case 'map':
      return [[path, { k: 'x' }]]
    case 'boolean':
      return [[path, true]]
    case 'string':
      return (shape.enum ?? ['x']).map((value) => [path, value])
    case 'blob':
      return [[path, Buffer.from('x')]]
    default:
      return [[path, 7]]
  }
}

function withLeaf(least: object, path: string, value: unknown): object {
  const [first = '', ...rest] = path.split('.')
  const before = (least as Record<string, unknown>)[first] as object | undefined
  return {
    ...least,
    [first]: rest.length === 0 ? value : withLeaf(before ?? {}, rest.join('.'), value),
  }
}

describe('every member of the model is honoured or refused', async () => {
  const model = await loadService('lambda')
  for (const [operation, { honoured, least }] of Object.entries(requests)) {
    test(operation, async () => {
      await using lambda = await openTestLambda()
      const made = await lambda.create('f')
      const input = model.operations.get(operation)?.input
      assert.ok(input)
      const paths = new Set<string>()
      for (const [path, value] of leavesOf(input, '')) {
        paths.add(path)
        if (honoured.includes(path) || harmless[path] === value) continue
        const [root = ''] = path.split('.')
        // AWS has words of its own for this one (observed).
        const words =
          operation === 'UpdateFunctionCode' && path === 'ImageUri'
            ? /^Please don't provide ImageUri/
            : new RegExp(`^${root}\\b.* is not supported by lambdad yet`)
        await assert.rejects(
          lambda.call(operation, withLeaf(least, path, value)),
          refusal('InvalidParameterValueException', 400, words),
          `${path} was accepted and ignored`,
        )
      }
      assert.deepEqual(
        honoured.filter((path) => !paths.has(path)),
        [],
        'the model has no such members',
      )
      assert.deepEqual(await lambda.settled('f'), made)
    })
  }
})

test('empty values ask for nothing: Terraform and the CDK send them', async () => {
  await using lambda = await openTestLambda()
  const nothing = {
    Publish: false,
    KMSKeyArn: '',
    Layers: [],
    FileSystemConfigs: [],
    VpcConfig: { SubnetIds: [], SecurityGroupIds: [], Ipv6AllowedForDualStack: false },
    DeadLetterConfig: { TargetArn: '' },
    ImageConfig: {},
    PackageType: 'Zip',
    TracingConfig: { Mode: 'PassThrough' },
    SnapStart: { ApplyOn: 'None' },
  }
  assert.equal((await lambda.create('f', nothing)).State, 'Active')
  const { Publish: _publish, PackageType: _packageType, ...update } = nothing
  await lambda.call('UpdateFunctionConfiguration', { FunctionName: 'f', ...update })
  await lambda.settled('f')
  await lambda.call('UpdateFunctionCode', {
    FunctionName: 'f',
    ZipFile: packageOf('two'),
    Publish: false,
    SourceKMSKeyArn: '',
  })
})

test('names the setting by its path, and the value where others are served', async () => {
  await using lambda = await openTestLambda()
  const asked: [object, string][] = [
    [{ PackageType: 'Image' }, 'PackageType Image'],
    [
      { Code: { ZipFile: packageOf('x'), SourceKMSKeyArn: 'arn:aws:kms:eu-west-1:1:key/k' } },
      'Code.SourceKMSKeyArn',
    ],
  ]
  for (const [changes, name] of asked) {
    await assert.rejects(
      lambda.call('CreateFunction', { ...leastRequest('f'), ...changes }),
      (error: Error) => error.message.startsWith(`${name} is not supported by lambdad yet`),
    )
  }
})

test('says what to do instead, where there is something', async () => {
  await using lambda = await openTestLambda()
  const sendIt =
    'there is no S3 to read it from. Send the package itself, as ZipFile (AWS CLI: --zip-file fileb://package.zip).'
  const zipIt =
    'container images are not run. Send the code as a .zip package, with Runtime and Handler.'
  const asked: [object, string][] = [
    [
      { Code: { S3Bucket: 'b', S3Key: 'k' } },
      `Code.S3Bucket is not supported by lambdad yet: ${sendIt}`,
    ],
    [
      { Code: { ZipFile: packageOf('x'), S3ObjectVersion: 'v' } },
      `Code.S3ObjectVersion is not supported by lambdad yet: ${sendIt}`,
    ],
    [{ Code: { ImageUri: 'i' } }, `Code.ImageUri is not supported by lambdad yet: ${zipIt}`],
    [{ PackageType: 'Image' }, `PackageType Image is not supported by lambdad yet: ${zipIt}`],
    [
      { DurableConfig: { ExecutionTimeout: 60 } },
      'DurableConfig is not supported by lambdad yet: durable executions are not carried out, and a function that seemed durable would lose its work. Leave it out.',
    ],
    [
      { Code: { ZipFile: packageOf('x'), SourceKMSKeyArn: 'arn:aws:kms:eu-west-1:1:key/k' } },
      'Code.SourceKMSKeyArn is not supported by lambdad yet, and a setting it accepted without effect would mislead you. Leave it out.',
    ],
  ]
  for (const [changes, words] of asked) {
    await assert.rejects(
      lambda.call('CreateFunction', { ...leastRequest('f'), ...changes }),
      refusal('InvalidParameterValueException', 400, words),
    )
  }
  await lambda.create('g')
  await assert.rejects(
    lambda.call('UpdateFunctionCode', { FunctionName: 'g', S3Bucket: 'b', S3Key: 'k' }),
    refusal(
      'InvalidParameterValueException',
      400,
      `S3Bucket is not supported by lambdad yet: ${sendIt}`,
    ),
  )
  await assert.rejects(
    lambda.call('PublishLayerVersion', { LayerName: 'l', Content: { S3Bucket: 'b', S3Key: 'k' } }),
    refusal(
      'InvalidParameterValueException',
      400,
      `Content.S3Bucket is not supported by lambdad yet: ${sendIt}`,
    ),
  )
})
