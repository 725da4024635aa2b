import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { InvocationResponse } from '@aws-sdk/client-lambda'
import { responseHeaders } from '../../../kernel/operation.ts'
import {
  type TestLambda,
  arnPrefix,
  context,
  leastRequest,
  openTestLambda,
  refusal,
} from '../test-support.ts'

type Answer = Omit<InvocationResponse, 'Payload'> & {
  Payload?: Uint8Array
  [responseHeaders]?: Record<string, string>
}

const invoke = (lambda: TestLambda, input: object = {}, changes: object = {}) =>
  lambda.call<Answer>('Invoke', { FunctionName: 'f', ...input }, changes)

async function openWithFunction(): Promise<TestLambda> {
  const lambda = await openTestLambda()
  await lambda.create('f')
  return lambda
}

describe('Invoke answers', () => {
  test('200 with the payload verbatim, the version and the headers (docs)', async () => {
    await using lambda = await openWithFunction()
    const answer = await invoke(lambda, { Payload: Buffer.from(' {"a" : 1}\n') })
    const [{ request, version } = assert.fail('nothing was invoked')] = lambda.invoker.invocations
    assert.equal(Buffer.from(request.payload).toString(), ' {"a" : 1}\n')
    assert.equal(request.requestId, context.requestId)
    assert.equal(request.invokedArn, `${arnPrefix}f`)
    assert.equal(request.clientContext, undefined)
    assert.equal(request.tail, false)
    assert.equal(version.functionName, 'f')
    const root =
      /^Root=(1-[0-9a-f]{8}-[0-9a-f]{24});Parent=[0-9a-f]{16};Sampled=0;Lineage=1:[0-9a-f]{8}:0$/.exec(
        request.traceId,
      )?.[1]
    assert.ok(root)
    assert.deepEqual(answer, {
      StatusCode: 200,
      ExecutedVersion: '$LATEST',
      Payload: Buffer.from('"done"'),
      [responseHeaders]: {
        'x-amzn-Remapped-Content-Length': '0',
        'X-Amzn-Trace-Id': `root=${root};sampled=0`,
      },
    })
  })

  test('200 with FunctionError when the function failed, and the tail of its log when asked (docs)', async () => {
    await using lambda = await openWithFunction()
    lambda.invoker.result = {
      payload: Buffer.from('{"errorType":"Error","errorMessage":"no"}'),
      functionError: 'Unhandled',
      logTail: Buffer.from('END RequestId: ü\n'),
    }
    const answer = await invoke(lambda, { LogType: 'Tail' })
    assert.equal(answer.StatusCode, 200)
    assert.equal(answer.FunctionError, 'Unhandled')
    assert.equal(Buffer.from(answer.LogResult ?? '', 'base64').toString(), 'END RequestId: ü\n')
    assert.equal(lambda.invoker.invocations[0]?.request.tail, true)
  })

  test('204 to a DryRun, which runs nothing and checks what it can (docs)', async () => {
    await using lambda = await openWithFunction()
    assert.deepEqual(await invoke(lambda, { InvocationType: 'DryRun' }), { StatusCode: 204 })
    assert.deepEqual(lambda.invoker.invocations, [])
    await assert.rejects(invoke(lambda, { FunctionName: 'g', InvocationType: 'DryRun' }), {
      status: 404,
    })
  })

  test('501 to an Event, for now', async () => {
    await using lambda = await openWithFunction()
    await assert.rejects(
      invoke(lambda, { InvocationType: 'Event' }),
      refusal('NotImplemented', 501, /InvocationType Event is not served/),
    )
    assert.deepEqual(lambda.invoker.invocations, [])
  })
})

describe('Invoke finds the function', () => {
  test('by every form of its name, and tells it the ARN as invoked (docs)', async () => {
    await using lambda = await openWithFunction()
    const forms: [object, string][] = [
      [{ FunctionName: 'f' }, `${arnPrefix}f`],
      [{ FunctionName: 'f:$LATEST' }, `${arnPrefix}f:$LATEST`],
      [{ FunctionName: 'f', Qualifier: '$LATEST' }, `${arnPrefix}f:$LATEST`],
      [{ FunctionName: '123456789012:function:f' }, `${arnPrefix}f`],
      [{ FunctionName: `${arnPrefix}f` }, `${arnPrefix}f`],
      [{ FunctionName: `${arnPrefix}f:$LATEST` }, `${arnPrefix}f:$LATEST`],
    ]
    for (const [input, arn] of forms) {
      await invoke(lambda, input)
      assert.equal(lambda.invoker.invocations.at(-1)?.request.invokedArn, arn)
    }
  })

  test('without the store, once it is warm', async () => {
    await using lambda = await openWithFunction()
    await lambda.store[Symbol.asyncDispose]()
    assert.equal((await invoke(lambda)).StatusCode, 200)
    await assert.rejects(invoke(lambda, { FunctionName: 'never-seen' }), { name: 'StoreError' })
  })

  test('or not: 404 (observed), another region 404 (observed), another account 403', async () => {
    await using lambda = await openWithFunction()
    await assert.rejects(
      invoke(lambda, { FunctionName: 'g' }),
      refusal('ResourceNotFoundException', 404, `Function not found: ${arnPrefix}g`),
    )
    await assert.rejects(
      invoke(lambda, { Qualifier: 'live' }),
      refusal('ResourceNotFoundException', 404, `Function not found: ${arnPrefix}f:live`),
    )
    await assert.rejects(
      invoke(lambda, {
        FunctionName: 'arn:aws:lambda:ap-southeast-1:123456789012:function:f',
      }),
      refusal(
        'ResourceNotFoundException',
        404,
        "Functions from 'ap-southeast-1' are not reachable in this region ('eu-west-1')",
      ),
    )
    await assert.rejects(
      invoke(lambda, { FunctionName: 'arn:aws:lambda:eu-west-1:999999999999:function:f' }),
      refusal(
        'AccessDeniedException',
        403,
        /^User: arn:aws:iam::123456789012:root is not authorized to perform: lambda:InvokeFunction on resource: arn:aws:lambda:eu-west-1:999999999999:function:f because/,
      ),
    )
  })

  test('Pending: 409, before the payload is looked at (observed)', async () => {
    await using lambda = await openTestLambda()
    const gate = Promise.withResolvers<void>()
    lambda.invoker.onPrepare = () => gate.promise
    await lambda.call('CreateFunction', leastRequest('f'))
    await assert.rejects(
      invoke(lambda, { Payload: Buffer.from('no json') }),
      refusal(
        'ResourceConflictException',
        409,
        'The operation cannot be performed at this time. The function is currently in the following state: Pending',
      ),
    )
    gate.resolve()
    await lambda.settled('f')
    assert.equal((await invoke(lambda)).StatusCode, 200)
  })
})

describe('Invoke, payload', () => {
  test('none reaches the function as {}', async () => {
    await using lambda = await openWithFunction()
    for (const Payload of [undefined, new Uint8Array()]) {
      await invoke(lambda, { Payload })
      const { request } = lambda.invoker.invocations.at(-1) ?? assert.fail()
      assert.equal(Buffer.from(request.payload).toString(), '{}')
    }
  })

  test('of 6 MB is taken, of one byte more refused (docs)', async () => {
    await using lambda = await openWithFunction()
    const most = Buffer.alloc(6_291_456, ' ')
    most.write('1')
    assert.equal((await invoke(lambda, { Payload: most })).StatusCode, 200)
    await assert.rejects(
      invoke(lambda, { Payload: Buffer.alloc(6_291_457, '1') }),
      refusal(
        'RequestEntityTooLargeException',
        413,
        '6291457 byte payload is too large for the RequestResponse invocation type (limit 6291456 bytes)',
      ),
    )
  })

  test('that is no JSON is refused in the parser`s words (observed), small or large', async () => {
    await using lambda = await openWithFunction()
    const words = (token: string, column: number) =>
      `Could not parse request body into json: Could not parse payload into json: Unrecognized token '${token}': was expecting (JSON String, Number, Array, Object or token 'null', 'true' or 'false')\n at [Source: REDACTED (\`StreamReadFeature.INCLUDE_SOURCE_IN_LOCATION\` disabled); line: 1, column: ${column}]`
    const large = ' '.repeat(100_000)
    await assert.rejects(
      invoke(lambda, { Payload: Buffer.from('test data') }),
      refusal('InvalidRequestContentException', 400, words('test', 6)),
    )
    await assert.rejects(
      invoke(lambda, { Payload: Buffer.from(`${large}test data`) }),
      refusal('InvalidRequestContentException', 400, words('test', 100_006)),
    )
    assert.deepEqual(lambda.invoker.invocations, [])
  })
})

describe('Invoke, client context', () => {
  const encoded = (text: string) => Buffer.from(text).toString('base64')

  test('is decoded', async () => {
    await using lambda = await openWithFunction()
    const text = '{"client":{"app_title":"ü"}}'
    await invoke(lambda, { ClientContext: encoded(text) })
    assert.equal(lambda.invoker.invocations[0]?.request.clientContext, text)
  })

  test('is refused when it is no JSON object or beyond 3583 bytes (docs)', async () => {
    await using lambda = await openWithFunction()
    const long = encoded(JSON.stringify({ a: 'x'.repeat(2680) }))
    assert.equal(long.length, 3584)
    for (const ClientContext of ['%%%', encoded('[1]'), encoded('null'), encoded('1'), long]) {
      await assert.rejects(
        invoke(lambda, { ClientContext }),
        refusal('InvalidRequestContentException', 400, /^Client context must be/),
      )
    }
  })
})

describe('Invoke, headers', () => {
  test('a caller`s request id must be a UUID (docs)', async () => {
    await using lambda = await openWithFunction()
    await assert.rejects(
      invoke(lambda, {}, { headers: { 'x-amzn-requestid': 'mine' } }),
      refusal('InvalidRequestContentException', 400, /UUID/),
    )
    const id = '0f8fad5b-d9cb-469f-a165-70867728950e'
    assert.equal(
      (await invoke(lambda, {}, { headers: { 'x-amzn-requestid': id } })).StatusCode,
      200,
    )
  })

  test("the caller's trace goes on; what could break out of a header does not", async () => {
    await using lambda = await openWithFunction()
    const trace = 'Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1'
    const answer = await invoke(lambda, {}, { headers: { 'x-amzn-trace-id': trace } })
    const passedOn = lambda.invoker.invocations[0]?.request.traceId
    assert.equal(passedOn?.replace(/;Lineage=1:[0-9a-f]{8}:0$/, ''), trace)
    assert.equal(
      answer[responseHeaders]?.['X-Amzn-Trace-Id'],
      'root=1-5759e988-bd862e3fe1be46a994272793;sampled=1',
    )
    await invoke(lambda, {}, { headers: { 'x-amzn-trace-id': `${trace}\r\nX-Evil: 1` } })
    assert.doesNotMatch(lambda.invoker.invocations[1]?.request.traceId ?? '', /Evil/)
  })
})
