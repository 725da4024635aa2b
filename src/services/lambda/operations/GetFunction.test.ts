import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rawRequest } from '../../../../test/kit/raw-request.ts'
import type { GetFunctionResponse } from '@aws-sdk/client-lambda'
import { arnPrefix, leastRequest, openTestLambda, refusal } from '../test-support.ts'

test('gives the configuration and a link to the code, and leaves out tags that are not there (observed)', async () => {
  await using lambda = await openTestLambda()
  const configuration = await lambda.create('f')
  const got = await lambda.call<GetFunctionResponse>('GetFunction', { FunctionName: 'f' })
  assert.deepEqual(Object.keys(got), ['Configuration', 'Code'])
  assert.deepEqual(got.Configuration, configuration)
  assert.equal(got.Code?.RepositoryType, 'S3')
  assert.ok(got.Code?.Location?.startsWith('http://127.0.0.1:4566/_lambdad/code/'))
})

test('the link downloads what was uploaded, as the client reached us', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f')
  const { Code } = await lambda.call<GetFunctionResponse>(
    'GetFunction',
    { FunctionName: 'f' },
    { endpoint: 'https://lambda.example.test' },
  )
  const url = new URL(Code?.Location ?? '')
  assert.equal(url.origin, 'https://lambda.example.test')
  const [route] = lambda.service.routes
  const { pathname, search } = url
  const answer = await route?.handle(rawRequest({ path: pathname, query: search.slice(1) }))
  assert.equal(answer?.status, 200)
  const bytes = Buffer.from(answer?.body as Uint8Array)
  assert.deepEqual(bytes, Buffer.from(leastRequest('f').Code.ZipFile))
})

test('shows the qualifier in the ARN, wherever it was given (docs)', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f')
  const requests = [
    { FunctionName: 'f', Qualifier: '$LATEST' },
    { FunctionName: 'f:$LATEST' },
    { FunctionName: `${arnPrefix}f:$LATEST`, Qualifier: '$LATEST' },
  ]
  for (const request of requests) {
    const { Configuration } = await lambda.call<GetFunctionResponse>('GetFunction', request)
    assert.equal(Configuration?.FunctionArn, `${arnPrefix}f:$LATEST`)
    assert.equal(Configuration?.Version, '$LATEST')
  }
})

test('404 names what is not there (observed)', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f')
  const missing: [object, string][] = [
    [{ FunctionName: 'g' }, `${arnPrefix}g`],
    [{ FunctionName: 'f', Qualifier: '1' }, `${arnPrefix}f:1`],
    [{ FunctionName: 'f:live' }, `${arnPrefix}f:live`],
  ]
  for (const [request, arn] of missing) {
    await assert.rejects(
      lambda.call('GetFunction', request),
      refusal('ResourceNotFoundException', 404, `Function not found: ${arn}`),
    )
  }
})

test('a name and a qualifier that contradict each other are refused (observed)', async () => {
  await using lambda = await openTestLambda()
  await assert.rejects(
    lambda.call('GetFunction', { FunctionName: 'f:1', Qualifier: '2' }),
    refusal(
      'InvalidParameterValueException',
      400,
      'The derived qualifier from the function name does not match the specified qualifier.',
    ),
  )
})
