import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { InvocationResponse } from '@aws-sdk/client-lambda'
import { PreparationError } from '../../../kernel/ports.ts'
import {
  type TestLambda,
  arnPrefix,
  blobIdOf,
  leastRequest,
  openTestLambda,
  packageOf,
  refusal,
} from '../test-support.ts'

const invalid = (message: string | RegExp) =>
  refusal('InvalidParameterValueException', 400, message)

const update = (lambda: TestLambda, text: string, changes: object = {}) =>
  lambda.call('UpdateFunctionCode', {
    FunctionName: 'f',
    ZipFile: packageOf(text),
    ...changes,
  })

async function servingCode(lambda: TestLambda): Promise<string | undefined> {
  await lambda.call<InvocationResponse>('Invoke', { FunctionName: 'f' })
  return lambda.invoker.invocations.at(-1)?.version.code
}

test('answers InProgress with the recorded words, then Successful (observed)', async () => {
  await using lambda = await openTestLambda()
  const made = await lambda.create('f')
  lambda.clock.advance(1000)
  const updated = await update(lambda, 'two')
  assert.equal(updated.State, 'Active')
  assert.equal(updated.LastUpdateStatus, 'InProgress')
  assert.equal(updated.LastUpdateStatusReason, 'The function is being created.')
  assert.equal(updated.LastUpdateStatusReasonCode, 'Creating')
  assert.equal(updated.LastModified, '2026-11-21T12:00:01.000+0000')
  assert.notEqual(updated.RevisionId, made.RevisionId)
  assert.notEqual(updated.CodeSha256, made.CodeSha256)
  assert.equal(updated.CodeSize, packageOf('two').length)
  const settled = await lambda.settled('f')
  assert.equal(settled.LastUpdateStatus, 'Successful')
  assert.equal(settled.LastUpdateStatusReason, undefined)
})

test('the old code serves until the new is in place, then goes', async () => {
  await using lambda = await openTestLambda()
  const { CodeSha256: before } = await lambda.create('f')
  const gate = Promise.withResolvers<void>()
  lambda.invoker.onPrepare = () => gate.promise
  const { CodeSha256: after, RevisionId } = await update(lambda, 'two')
  assert.equal(await servingCode(lambda), blobIdOf(before))
  gate.resolve()
  await lambda.settled('f')
  assert.equal(await servingCode(lambda), blobIdOf(after))
  await lambda.end()
  assert.deepEqual(lambda.invoker.retired.at(-1), {
    functionArn: `${arnPrefix}f`,
    version: '$LATEST',
    keep: RevisionId,
  })
  assert.equal(await lambda.hasBlob(blobIdOf(before)), false)
  assert.ok(await lambda.hasBlob(blobIdOf(after)))
})

test('code that cannot be put in place leaves the old serving, and the next update goes (docs)', async () => {
  await using lambda = await openTestLambda()
  const { CodeSha256: first } = await lambda.create('f')
  lambda.invoker.onPrepare = async () => {
    throw new PreparationError('InvalidZipFileException', 'The code could not be unpacked.')
  }
  const { CodeSha256: second } = await update(lambda, 'two')
  const failed = await lambda.settled('f')
  assert.equal(failed.State, 'Active')
  assert.equal(failed.LastUpdateStatus, 'Failed')
  assert.equal(failed.LastUpdateStatusReasonCode, 'InvalidZipFileException')
  assert.equal(failed.LastUpdateStatusReason, 'The code could not be unpacked.')
  assert.equal(await servingCode(lambda), blobIdOf(first))

  lambda.invoker.onPrepare = async () => undefined
  const { CodeSha256: third } = await update(lambda, 'three')
  await lambda.settled('f')
  assert.equal(await servingCode(lambda), blobIdOf(third))
  await lambda.end()
  assert.equal(await lambda.hasBlob(blobIdOf(first)), false)
  assert.equal(await lambda.hasBlob(blobIdOf(second)), false)
  assert.ok(await lambda.hasBlob(blobIdOf(third)))
})

test('brings a function that had Failed to Active', async () => {
  await using lambda = await openTestLambda()
  lambda.invoker.onPrepare = () => Promise.reject(new Error('no room'))
  assert.equal((await lambda.create('f')).StateReasonCode, 'InternalError')
  await assert.rejects(
    lambda.call('Invoke', { FunctionName: 'f' }),
    refusal('ResourceConflictException', 409, /currently in the following state: Failed$/),
  )
  lambda.invoker.onPrepare = async () => undefined
  await update(lambda, 'two')
  assert.equal((await lambda.settled('f')).State, 'Active')
})

test('409 while the function is Pending, and while another update is under way (observed)', async () => {
  await using lambda = await openTestLambda()
  const gate = Promise.withResolvers<void>()
  lambda.invoker.onPrepare = () => gate.promise
  await lambda.call('CreateFunction', leastRequest('f'))
  await assert.rejects(
    update(lambda, 'two'),
    refusal(
      'ResourceConflictException',
      409,
      'The operation cannot be performed at this time. The function is currently in the following state: Pending',
    ),
  )
  gate.resolve()
  await lambda.settled('f')
  const second = Promise.withResolvers<void>()
  lambda.invoker.onPrepare = () => second.promise
  await update(lambda, 'two')
  await assert.rejects(
    update(lambda, 'three'),
    refusal(
      'ResourceConflictException',
      409,
      `The operation cannot be performed at this time. An update is in progress for resource: ${arnPrefix}f`,
    ),
  )
  second.resolve()
  const settled = await lambda.settled('f')
  assert.equal(settled.CodeSize, packageOf('two').length)
})

test('only with the present RevisionId, when one is given (observed)', async () => {
  await using lambda = await openTestLambda()
  const { RevisionId } = await lambda.create('f')
  await update(lambda, 'two', { RevisionId })
  await lambda.settled('f')
  await assert.rejects(
    update(lambda, 'three', { RevisionId }),
    refusal(
      'PreconditionFailedException',
      412,
      'The Revision Id provided does not match the latest Revision Id. Call the GetFunction/GetAlias API to retrieve the latest Revision Id',
    ),
  )
})

test('DryRun checks all of it and changes nothing (docs)', async () => {
  await using lambda = await openTestLambda()
  const made = await lambda.create('f')
  const dry = await update(lambda, 'two', { DryRun: true })
  assert.equal(dry.CodeSize, packageOf('two').length)
  assert.equal(dry.RevisionId, made.RevisionId)
  assert.equal(dry.LastUpdateStatus, 'Successful')
  assert.equal(await lambda.hasBlob(blobIdOf(dry.CodeSha256)), false)
  const now = await lambda.call('GetFunctionConfiguration', { FunctionName: 'f' })
  assert.deepEqual(now, made)
  await assert.rejects(update(lambda, '', { ZipFile: Buffer.from('no zip'), DryRun: true }), {
    code: 'InvalidParameterValueException',
  })
  await assert.rejects(update(lambda, 'two', { RevisionId: 'other', DryRun: true }), {
    status: 412,
  })
})

test('refuses, and leaves the function as it was', async () => {
  await using lambda = await openTestLambda()
  const made = await lambda.create('f')
  const refused: [object, string | RegExp][] = [
    [{ ZipFile: undefined }, 'Please provide a source for function code.'],
    // Observed.
    [
      { ImageUri: 'x' },
      "Please don't provide ImageUri when updating a function with packageType Zip.",
    ],
    [
      { ZipFile: Buffer.from('broken') },
      'Could not unzip uploaded file. Please check your file, then try to upload again.',
    ],
    [{ Architectures: ['arm64'] }, /arm64 is not supported/],
  ]
  for (const [changes, message] of refused) {
    await assert.rejects(update(lambda, 'two', changes), invalid(message))
  }
  assert.deepEqual(await lambda.settled('f'), made)
})

test('404 for a function that is not there (observed)', async () => {
  await using lambda = await openTestLambda()
  await assert.rejects(
    update(lambda, 'two'),
    refusal('ResourceNotFoundException', 404, `Function not found: ${arnPrefix}f`),
  )
})
