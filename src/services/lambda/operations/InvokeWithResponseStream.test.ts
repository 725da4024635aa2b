/** Expected values by origin: model, docs. */
import assert from 'node:assert/strict'
import { Buffer } from 'node:buffer'
import { describe, test } from 'node:test'
import type { InvokeWithResponseStreamResponse } from '@aws-sdk/client-lambda'
import { ServiceError } from '../../../kernel/errors.ts'
import { type ResponseHeaders, responseHeaders } from '../../../kernel/operation.ts'
import type { InvokeResult, ResponseSink } from '../../../kernel/ports.ts'
import { arnPrefix, openTestLambda, refusal } from '../test-support.ts'
import type { TestLambda } from '../test-support.ts'

const done = { payload: new Uint8Array(), functionError: undefined, logTail: undefined }

type Output = InvokeWithResponseStreamResponse & ResponseHeaders

const invoke = (lambda: TestLambda, changes: object = {}, context: object = {}) =>
  lambda.call<Output>(
    'InvokeWithResponseStream',
    { FunctionName: 'f', Payload: Buffer.from('{"n":1}'), ...changes },
    context,
  )

/** @param act what the function does with its caller's stream */
async function streaming(
  act: (stream: ResponseSink) => Promise<InvokeResult> | InvokeResult,
): Promise<TestLambda> {
  const lambda = await openTestLambda()
  await lambda.create('f')
  lambda.invoker.invoke = async (version, request) => {
    lambda.invoker.invocations.push({ version, request })
    assert.ok(request.stream)
    return act(request.stream)
  }
  return lambda
}

async function eventsOf({ EventStream }: Output): Promise<unknown[]> {
  const events = []
  for await (const { PayloadChunk: chunk, InvokeComplete: complete } of EventStream ?? []) {
    events.push(chunk ? Buffer.from(chunk.Payload ?? []).toString() : complete)
  }
  return events
}

describe('InvokeWithResponseStream', () => {
  test('gives chunks while the function makes them', async () => {
    const gate = Promise.withResolvers<void>()
    await using lambda = await streaming(async (stream) => {
      stream.start('text/html')
      void stream.write(Buffer.from('<p>'))
      await gate.promise
      void stream.write(Buffer.from('</p>'))
      return done
    })
    const output = await invoke(lambda)
    assert.equal(output.StatusCode, 200)
    assert.equal(output.ExecutedVersion, '$LATEST')
    assert.equal(output.ResponseStreamContentType, 'text/html')
    assert.match(output[responseHeaders]?.['X-Amzn-Trace-Id'] ?? '', /^root=1-.*;sampled=0$/)
    const events = output.EventStream?.[Symbol.asyncIterator]()
    const first = await events?.next()
    assert.equal(Buffer.from(first?.value?.PayloadChunk?.Payload ?? []).toString(), '<p>')
    gate.resolve()
    const second = await events?.next()
    assert.equal(Buffer.from(second?.value?.PayloadChunk?.Payload ?? []).toString(), '</p>')
    assert.deepEqual((await events?.next())?.value, { InvokeComplete: {} })
    assert.equal((await events?.next())?.done, true)
  })

  test('gives the answer of a function that does not stream in one chunk, with the log', async () => {
    await using lambda = await streaming(() => ({
      ...done,
      payload: Buffer.from('"all"'),
      logTail: Buffer.from('REPORT'),
    }))
    const output = await invoke(lambda, { LogType: 'Tail' })
    assert.equal(output.ResponseStreamContentType, 'application/json')
    assert.deepEqual(await eventsOf(output), ['"all"', { LogResult: 'UkVQT1JU' }])
    assert.equal(lambda.invoker.invocations.at(-1)?.request.tail, true)
  })

  test('is 200 with an error of the function, which comes at the end (docs)', async () => {
    const details = '{"errorMessage":"no","errorType":"Error"}'
    const failure = { ...done, payload: Buffer.from(details), functionError: 'Unhandled' } as const
    for (const before of [[], ['half']]) {
      await using lambda = await streaming((stream) => {
        if (before.length > 0) stream.start(undefined)
        for (const text of before) void stream.write(Buffer.from(text))
        return failure
      })
      const output = await invoke(lambda)
      assert.equal(output.StatusCode, 200)
      const complete = { ErrorCode: 'Unhandled', ErrorDetails: details }
      assert.deepEqual(await eventsOf(output), [...before, complete])
    }
  })

  test('has no stream when the invocation is refused before it', async () => {
    const throttle = new ServiceError('TooManyRequestsException', 'Rate Exceeded.', { status: 429 })
    await using lambda = await streaming(() => Promise.reject(throttle))
    await assert.rejects(invoke(lambda), refusal('TooManyRequestsException', 429, 'Rate Exceeded.'))
  })

  test('breaks the stream when it fails later', async () => {
    const failure = new ServiceError('ServiceException', 'The server ends.', { status: 500 })
    await using lambda = await streaming((stream) => {
      stream.start(undefined)
      return Promise.reject(failure)
    })
    const output = await invoke(lambda)
    assert.equal(output.ResponseStreamContentType, 'application/octet-stream')
    await assert.rejects(eventsOf(output), failure)
  })

  test('does not pass on a content type that no header can carry', async () => {
    for (const contentType of ['a\u0000b', 'x'.repeat(2000), '', 'caf\u00e9']) {
      await using lambda = await streaming((stream) => {
        stream.start(contentType)
        return done
      })
      const { ResponseStreamContentType } = await invoke(lambda)
      assert.equal(ResponseStreamContentType, 'application/octet-stream')
    }
  })

  test('runs nothing in a dry run', async () => {
    await using lambda = await streaming(() => done)
    assert.deepEqual(await invoke(lambda, { InvocationType: 'DryRun' }), { StatusCode: 204 })
    assert.equal(lambda.invoker.invocations.length, 0)
  })

  test('takes what Invoke takes, and refuses what it refuses', async () => {
    await using lambda = await streaming(() => done)
    await lambda.call('PublishVersion', { FunctionName: 'f' })
    const ClientContext = Buffer.from('{"custom":{}}').toString('base64')
    const output = await invoke(lambda, {
      FunctionName: `${arnPrefix}f`,
      Qualifier: '1',
      ClientContext,
    })
    assert.equal(output.ExecutedVersion, '1')
    const { request } = lambda.invoker.invocations.at(-1) ?? {}
    assert.equal(request?.invokedArn, `${arnPrefix}f:1`)
    assert.equal(request?.clientContext, '{"custom":{}}')
    assert.equal(Buffer.from(request?.payload ?? []).toString(), '{"n":1}')
    await assert.rejects(
      invoke(lambda, { FunctionName: 'nope' }),
      refusal('ResourceNotFoundException', 404, `Function not found: ${arnPrefix}nope`),
    )
    await assert.rejects(
      invoke(lambda, { Payload: Buffer.from('{') }),
      refusal('InvalidRequestContentException', 400, /^Could not parse request body into json/),
    )
    await assert.rejects(
      invoke(lambda, { ClientContext: 'x' }),
      refusal('InvalidRequestContentException', 400, /^Client context/),
    )
    await assert.rejects(
      invoke(lambda, {}, { headers: { 'x-amzn-requestid': 'x' } }),
      refusal('InvalidRequestContentException', 400, /must be a UUID/),
    )
    await assert.rejects(
      invoke(lambda, { TenantId: 't' }),
      refusal('InvalidParameterValueException', 400, /not enabled with tenancy/),
    )
    await assert.rejects(
      invoke(lambda, { Payload: Buffer.alloc(6_291_457, ' ') }),
      refusal('RequestEntityTooLargeException', 413, /^6291457 byte payload is too large/),
    )
  })
})
