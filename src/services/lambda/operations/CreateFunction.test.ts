import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { describe, test } from 'node:test'
import { zip } from '../../../../test/kit/zip.ts'
import { PreparationError } from '../../../kernel/ports.ts'
import {
  arnPrefix,
  blobIdOf,
  leastRequest,
  openTestLambda,
  refusal,
  role,
} from '../test-support.ts'

const invalid = (message: string | RegExp) =>
  refusal('InvalidParameterValueException', 400, message)

describe('CreateFunction answers', () => {
  test('with every field and the documented defaults, while Pending (docs)', async () => {
    await using lambda = await openTestLambda()
    const request = leastRequest('first')
    const { ZipFile } = request.Code
    const made = await lambda.call('CreateFunction', request)
    assert.match(made.RevisionId ?? '', /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    assert.deepEqual(made, {
      FunctionName: 'first',
      FunctionArn: `${arnPrefix}first`,
      Runtime: 'nodejs24.x',
      Role: role,
      Handler: 'index.handler',
      CodeSize: ZipFile.length,
      Description: '',
      Timeout: 3,
      MemorySize: 128,
      LastModified: '2026-11-21T12:00:00.000+0000',
      CodeSha256: createHash('sha256').update(ZipFile).digest('base64'),
      Version: '$LATEST',
      Environment: undefined,
      TracingConfig: { Mode: 'PassThrough' },
      RevisionId: made.RevisionId,
      ConfigSha256: made.ConfigSha256,
      State: 'Pending',
      StateReason: 'The function is being created.',
      StateReasonCode: 'Creating',
      LastUpdateStatus: 'Successful',
      PackageType: 'Zip',
      Architectures: ['x86_64'],
      EphemeralStorage: { Size: 512 },
      RuntimeVersionConfig: {
        RuntimeVersionArn: `arn:aws:lambda:eu-west-1::runtime:${'ab'.repeat(32)}`,
      },
      SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
      LoggingConfig: {
        LogFormat: 'Text',
        ApplicationLogLevel: undefined,
        SystemLogLevel: undefined,
        LogGroup: '/aws/lambda/first',
      },
    })
  })

  test('with what it was given, and gives the data plane just that', async () => {
    await using lambda = await openTestLambda()
    const made = await lambda.create('given', {
      Description: 'all of it',
      Timeout: 900,
      MemorySize: 10_240,
      EphemeralStorage: { Size: 10_240 },
      Environment: { Variables: { TABLE: 'orders', EMPTY: '' } },
      LoggingConfig: { LogFormat: 'JSON', ApplicationLogLevel: 'DEBUG', LogGroup: 'mine' },
      Architectures: ['x86_64'],
      PackageType: 'Zip',
      TracingConfig: { Mode: 'PassThrough' },
      SnapStart: { ApplyOn: 'None' },
    })
    assert.equal(made.State, 'Active')
    assert.equal(made.StateReason, undefined)
    assert.equal(made.StateReasonCode, undefined)
    assert.deepEqual(made.Environment, { Variables: { TABLE: 'orders', EMPTY: '' } })
    assert.deepEqual(made.LoggingConfig, {
      LogFormat: 'JSON',
      ApplicationLogLevel: 'DEBUG',
      SystemLogLevel: 'INFO',
      LogGroup: 'mine',
    })
    const [prepared] = lambda.invoker.prepared
    assert.deepEqual(prepared, {
      account: '123456789012',
      region: 'eu-west-1',
      functionName: 'given',
      functionArn: `${arnPrefix}given`,
      version: '$LATEST',
      revisionId: made.RevisionId,
      runtime: 'nodejs24.x',
      handler: 'index.handler',
      code: blobIdOf(made.CodeSha256),
      layers: [],
      memoryMb: 10_240,
      timeoutMs: 900_000,
      tmpMb: 10_240,
      environment: { TABLE: 'orders', EMPTY: '' },
      logGroup: 'mine',
      role: 'arn:aws:iam::123456789012:role/lambda',
      logFormat: 'JSON',
      applicationLogLevel: 'DEBUG',
      systemLogLevel: 'INFO',
    })
  })

  test('409 when the name is taken (observed), in this account and region alone', async () => {
    await using lambda = await openTestLambda()
    await lambda.create('taken')
    await assert.rejects(
      lambda.call('CreateFunction', leastRequest('taken')),
      refusal('ResourceConflictException', 409, 'Function already exist: taken'),
    )
    const elsewhere = { region: 'us-east-1' as never }
    const made = await lambda.call('CreateFunction', leastRequest('taken'), elsewhere)
    assert.equal(made.FunctionArn, 'arn:aws:lambda:us-east-1:123456789012:function:taken')
  })

  test('once, when many ask for the same name at the same time', async () => {
    await using lambda = await openTestLambda()
    const request = leastRequest('race')
    const answers = await Promise.allSettled(
      Array.from({ length: 8 }, () => lambda.call('CreateFunction', request)),
    )
    const refused = answers.filter((answer) => answer.status === 'rejected')
    assert.equal(answers.length - refused.length, 1)
    for (const { reason } of refused) assert.equal(reason.code, 'ResourceConflictException')
    const { CodeSha256 } = await lambda.settled('race')
    await lambda.end()
    // The seven that lost must not have taken the winner's code with them.
    assert.ok(await lambda.hasBlob(blobIdOf(CodeSha256)))
  })

  test('a function that is Failed when it cannot be put in place', async () => {
    await using lambda = await openTestLambda()
    lambda.invoker.onPrepare = async () => {
      throw new PreparationError('InvalidRuntime', 'Node.js 24 could not be fetched.')
    }
    const made = await lambda.create('failed')
    assert.equal(made.State, 'Failed')
    assert.equal(made.StateReasonCode, 'InvalidRuntime')
    assert.equal(made.StateReason, 'Node.js 24 could not be fetched.')
    assert.equal(made.LastUpdateStatus, 'Failed')
  })
})

describe('CreateFunction takes the name', () => {
  for (const form of [
    'f',
    '123456789012:function:f',
    `${arnPrefix}f`,
    `${arnPrefix}f:$LATEST`,
    'function:f',
  ]) {
    test(`in the form ${form}`, async () => {
      await using lambda = await openTestLambda()
      const made = await lambda.call('CreateFunction', { ...leastRequest('f'), FunctionName: form })
      assert.equal(made.FunctionArn, `${arnPrefix}f`)
    })
  }

  test('and refuses it when it is longer than 64 (observed), or has a qualifier (observed)', async () => {
    await using lambda = await openTestLambda()
    const long = 'x'.repeat(65)
    await assert.rejects(
      lambda.call('CreateFunction', leastRequest(long)),
      invalid(
        `1 validation error detected: Value '${long}' at 'functionName' failed to satisfy constraint: Member must have length less than or equal to 64`,
      ),
    )
    await assert.rejects(
      lambda.call('CreateFunction', leastRequest('f:7')),
      invalid(
        'This operation is permitted on Lambda functions only. Aliases and versions do not support this operation. Please specify either a function name or an unqualified function ARN.',
      ),
    )
  })
})

describe('CreateFunction refuses, and keeps nothing of', () => {
  const refused: [string, object, RegExp | string][] = [
    ['no code', { Code: {} }, 'Please provide a source for function code.'],
    [
      'an empty file (docs)',
      { Code: { ZipFile: zip({}) } },
      'Uploaded file must be a non-empty zip',
    ],
    [
      'a file that is no zip (observed)',
      { Code: { ZipFile: Buffer.from('not a zip at all, nowhere near') } },
      'Could not unzip uploaded file. Please check your file, then try to upload again.',
    ],
    [
      'a file that climbs out',
      { Code: { ZipFile: zip({ '../outside': 'x' }) } },
      'Could not unzip uploaded file. Please check your file, then try to upload again.',
    ],
    [
      'a truncated zip',
      { Code: { ZipFile: leastRequest('f').Code.ZipFile.subarray(0, 60) } },
      'Could not unzip uploaded file. Please check your file, then try to upload again.',
    ],
    [
      'a runtime that never was (observed; ruby4.0 has come since)',
      { Runtime: 'non-existent-runtime' },
      /^Value non-existent-runtime at 'runtime' failed to satisfy constraint: Member must satisfy enum value set: \[nodejs20\.x, python3\.14, provided\.al2023, python3\.12, python3\.13, nodejs24\.x, nodejs22\.x, java25, python3\.10, python3\.11, java21, ruby3\.3, ruby3\.4, ruby4\.0, ruby3\.2, python3\./,
    ],
    [
      'a retired runtime (docs)',
      { Runtime: 'python2.7' },
      'The runtime parameter of python2.7 is no longer supported for creating or updating AWS Lambda functions. We recommend you use a supported runtime while creating or updating functions.',
    ],
    [
      'a runtime that is not served here',
      { Runtime: 'ruby3.4' },
      'The runtime ruby3.4 is not served by lambdad yet. It serves nodejs24.x, nodejs22.x, provided.al2023.',
    ],
    ['no runtime', { Runtime: undefined }, /^Runtime is mandatory/],
    ['no handler', { Handler: undefined }, /^Handler is mandatory/],
  ]
  for (const [what, changes, message] of refused) {
    test(what, async () => {
      await using lambda = await openTestLambda()
      await assert.rejects(
        lambda.call('CreateFunction', { ...leastRequest('f'), ...changes }),
        invalid(message),
      )
      const { Functions } = await lambda.call<{ Functions: object[] }>('ListFunctions', {})
      assert.deepEqual(Functions, [])
      assert.deepEqual(lambda.invoker.prepared, [])
    })
  }

  test('a zip of more than 50 MB (observed)', async () => {
    await using lambda = await openTestLambda()
    const ZipFile = new Uint8Array(52_428_801)
    await assert.rejects(
      lambda.call('CreateFunction', { ...leastRequest('f'), Code: { ZipFile } }),
      refusal(
        'RequestEntityTooLargeException',
        413,
        'Zipped size must be smaller than 52428800 bytes',
      ),
    )
  })

  test('a zip that says it unpacks to more than 250 MB (observed)', async () => {
    await using lambda = await openTestLambda()
    const ZipFile = claiming(Buffer.from(leastRequest('f').Code.ZipFile), 262_144_001)
    await assert.rejects(
      lambda.call('CreateFunction', { ...leastRequest('f'), Code: { ZipFile } }),
      invalid('Unzipped size must be smaller than 262144000 bytes'),
    )
  })
})

/** Writes another unzipped size into the central directory of an archive of one file (APPNOTE 4.3.12). */
function claiming(archive: Buffer, unzippedBytes: number): Buffer {
  const central = archive.indexOf(Buffer.from('PK\x01\x02', 'latin1'))
  archive.writeUInt32LE(unzippedBytes, central + 24)
  return archive
}

describe('CreateFunction, tags', () => {
  test('are kept, and shown by GetFunction', async () => {
    await using lambda = await openTestLambda()
    await lambda.create('tagged', { Tags: { team: 'payments', empty: '' } })
    const { Tags } = await lambda.call<{ Tags: object }>('GetFunction', { FunctionName: 'tagged' })
    assert.deepEqual(Tags, { team: 'payments', empty: '' })
  })

  test('are refused beyond 50 (observed) and when AWS reserves them', async () => {
    await using lambda = await openTestLambda()
    const tags = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [`k${index}`, 'v']))
    await lambda.create('fifty', { Tags: tags(50) })
    await assert.rejects(
      lambda.call('CreateFunction', { ...leastRequest('f'), Tags: tags(51) }),
      invalid('Number of tags exceeds resource tag limit.'),
    )
    await assert.rejects(
      lambda.call('CreateFunction', { ...leastRequest('f'), Tags: { 'aws:mine': 'v' } }),
      invalid(/reserved/),
    )
  })
})
