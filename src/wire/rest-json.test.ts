import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  CreateEventSourceMappingCommand,
  CreateFunctionCommand,
  GetFunctionCommand,
  GetLayerVersionByArnCommand,
  InvokeAsyncCommand,
  InvokeCommand,
  InvokeWithResponseStreamCommand,
  LambdaClient,
  ListProvisionedConcurrencyConfigsCommand,
  ListTagsCommand,
  ResourceNotFoundException,
  TagResourceCommand,
  TooManyRequestsException,
  UntagResourceCommand,
  type InvokeWithResponseStreamResponseEvent,
} from '@aws-sdk/client-lambda'
import { ServiceError } from '../kernel/errors.ts'
import { loadService, type ServiceModel } from '../model/index.ts'
import { restJson1 } from './rest-json.ts'
import { requestId, startTestServer, type TestServer } from './test-server.ts'

const functionArn = 'arn:aws:lambda:eu-west-1:000000000000:function:résumé'

describe('restJson1 with the Lambda client', () => {
  let service: ServiceModel
  let server: TestServer
  let client: LambdaClient

  before(async () => {
    service = await loadService('lambda')
    server = await startTestServer(service)
    client = new LambdaClient({
      endpoint: server.endpoint,
      region: 'eu-west-1',
      credentials: { accessKeyId: '000000000000', secretAccessKey: 'x' },
      maxAttempts: 1,
    })
  })
  after(async () => {
    client.destroy()
    await server[Symbol.asyncDispose]()
  })

  test('binds label, query, headers and a blob payload, both ways', async () => {
    const payload = new Uint8Array([0, 1, 2, 253, 254, 255])
    server.answer = (input) => ({
      StatusCode: 202,
      FunctionError: 'Unhandled',
      LogResult: 'bG9n',
      ExecutedVersion: '$LATEST',
      Payload: input['Payload'],
    })
    const output = await client.send(
      new InvokeCommand({
        FunctionName: 'arn:aws:lambda:eu-west-1:000000000000:function:f:live',
        Qualifier: 'live',
        InvocationType: 'RequestResponse',
        LogType: 'Tail',
        ClientContext: 'e30=',
        Payload: payload,
      }),
    )
    assert.equal(server.last.service, 'lambda')
    const { Payload, ...input } = server.last.input ?? {}
    assert.deepEqual(input, {
      FunctionName: 'arn:aws:lambda:eu-west-1:000000000000:function:f:live',
      Qualifier: 'live',
      InvocationType: 'RequestResponse',
      LogType: 'Tail',
      ClientContext: 'e30=',
    })
    assert.deepEqual(Buffer.from(Payload as Uint8Array), Buffer.from(payload))
    assert.equal(output.$metadata.httpStatusCode, 202)
    assert.equal(output.$metadata.requestId, requestId)
    assert.equal(output.StatusCode, 202)
    assert.equal(output.FunctionError, 'Unhandled')
    assert.equal(output.LogResult, 'bG9n')
    assert.equal(output.ExecutedVersion, '$LATEST')
    assert.deepEqual(Buffer.from(output.Payload ?? []), Buffer.from(payload))
  })

  test('leaves out what was not sent: an Invoke without anything but a name', async () => {
    server.answer = () => ({ StatusCode: 200 })
    const output = await client.send(new InvokeCommand({ FunctionName: 'f' }))
    assert.deepEqual(server.last.input, { FunctionName: 'f' })
    assert.equal(output.FunctionError, undefined)
    assert.equal(output.Payload?.byteLength ?? 0, 0)
  })

  test('takes a streaming blob body', async () => {
    server.answer = () => ({ Status: 202 })
    const command = new InvokeAsyncCommand({ FunctionName: 'f', InvokeArgs: '{"a":1}' })
    const output = await client.send(command)
    assert.equal(Buffer.from(server.last.input?.['InvokeArgs'] as Uint8Array).toString(), '{"a":1}')
    assert.equal(output.$metadata.httpStatusCode, 202)
  })

  test('reads and writes JSON bodies: nested structures, maps, lists, blobs, unicode', async () => {
    const request = {
      FunctionName: 'résumé',
      Role: 'arn:aws:iam::000000000000:role/r',
      Runtime: 'nodejs22.x',
      Handler: 'index.handler',
      Code: { ZipFile: new Uint8Array([80, 75, 5, 6]) },
      Timeout: 3,
      Publish: true,
      Environment: { Variables: { EMPTY: '', QUOTE: '"\\\n', ключ: '値💥', ['__proto__']: 'p' } },
      Layers: [],
      Architectures: ['arm64'],
      VpcConfig: { SubnetIds: ['subnet-1', 'subnet-2'], SecurityGroupIds: [] },
      EphemeralStorage: { Size: 512 },
      Tags: { a: 'b' },
    } as const
    server.answer = () => ({
      FunctionName: 'résumé',
      FunctionArn: functionArn,
      Timeout: 0,
      CodeSize: 2 ** 40,
      Environment: { Variables: { ...request.Environment.Variables } },
      Layers: [],
      VpcConfig: null,
      Description: undefined,
      SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    })
    const output = await client.send(new CreateFunctionCommand(structuredClone(request) as never))
    const { Code, ...input } = server.last.input ?? {}
    const { Code: _code, ...sent } = request
    assert.deepEqual(input, sent)
    const { ZipFile } = Code as { ZipFile: Uint8Array }
    assert.deepEqual([...ZipFile], [80, 75, 5, 6])
    assert.equal(output.$metadata.httpStatusCode, 201)
    const { $metadata: _metadata, ...received } = output
    assert.deepEqual(received, {
      FunctionName: 'résumé',
      FunctionArn: functionArn,
      Timeout: 0,
      CodeSize: 2 ** 40,
      Environment: { Variables: request.Environment.Variables },
      Layers: [],
      SnapStart: { ApplyOn: 'None', OptimizationStatus: 'Off' },
    })
  })

  test('reads and writes timestamps as epoch seconds', async () => {
    const at = new Date(1_700_000_000_123)
    server.answer = () => ({ UUID: 'u', LastModified: at })
    const output = await client.send(
      new CreateEventSourceMappingCommand({
        FunctionName: 'f',
        StartingPosition: 'AT_TIMESTAMP',
        StartingPositionTimestamp: at,
      }),
    )
    // The client sends milliseconds as a fraction of the second.
    assert.deepEqual(server.last.input?.['StartingPositionTimestamp'], at)
    assert.deepEqual(output.LastModified, at)
    server.answer = () => ({ LastModified: 1_700_000_000 })
    const seconds = await client.send(new CreateEventSourceMappingCommand({ FunctionName: 'f' }))
    assert.deepEqual(seconds.LastModified, new Date(1_700_000_000_000))
  })

  test('routes by literal query, decodes ARNs in labels, lists in the query', async () => {
    server.answer = () => ({})
    await client.send(new ListProvisionedConcurrencyConfigsCommand({ FunctionName: 'f' }))
    assert.equal(server.last.operation, 'ListProvisionedConcurrencyConfigs')
    await client.send(new GetLayerVersionByArnCommand({ Arn: `${functionArn}:1` }))
    assert.equal(server.last.operation, 'GetLayerVersionByArn')
    assert.deepEqual(server.last.input, { Arn: `${functionArn}:1` })
    await client.send(new ListTagsCommand({ Resource: functionArn }))
    assert.deepEqual(server.last.input, { Resource: functionArn })
    const tagged = await client.send(
      new TagResourceCommand({ Resource: functionArn, Tags: { a: 'b' } }),
    )
    assert.equal(tagged.$metadata.httpStatusCode, 204)
    await client.send(
      new UntagResourceCommand({ Resource: functionArn, TagKeys: ['a', 'b&c', ''] }),
    )
    assert.deepEqual(server.last.input, { Resource: functionArn, TagKeys: ['a', 'b&c', ''] })
  })

  test('streams events as they come, and the end of the stream', async () => {
    server.answer = () => ({
      StatusCode: 200,
      ExecutedVersion: '3',
      ResponseStreamContentType: 'text/html',
      EventStream: (async function* () {
        yield { PayloadChunk: { Payload: Buffer.from('hällo ') } }
        yield { PayloadChunk: { Payload: new Uint8Array(0) } }
        yield { PayloadChunk: { Payload: Buffer.alloc(100_000, 7) } }
        yield { InvokeComplete: { ErrorCode: 'Unhandled', LogResult: 'bG9n' } }
      })(),
    })
    const output = await client.send(new InvokeWithResponseStreamCommand({ FunctionName: 'f' }))
    assert.equal(output.ExecutedVersion, '3')
    assert.equal(output.ResponseStreamContentType, 'application/vnd.amazon.eventstream')
    const events: InvokeWithResponseStreamResponseEvent[] = []
    for await (const event of output.EventStream ?? []) events.push(event)
    assert.deepEqual(
      events.slice(0, 3).map((event) => Buffer.from(event.PayloadChunk?.Payload ?? []).byteLength),
      [7, 0, 100_000],
    )
    assert.equal(Buffer.from(events[0]?.PayloadChunk?.Payload ?? []).toString(), 'hällo ')
    assert.deepEqual(events[3], { InvokeComplete: { ErrorCode: 'Unhandled', LogResult: 'bG9n' } })
  })

  test('a ServiceError in the middle of a stream reaches the client', async () => {
    server.answer = () => ({
      EventStream: (async function* () {
        yield { PayloadChunk: { Payload: Buffer.from('a') } }
        throw new ServiceError('ThrottledMidway', 'enough')
      })(),
    })
    const output = await client.send(new InvokeWithResponseStreamCommand({ FunctionName: 'f' }))
    const chunks: string[] = []
    await assert.rejects(async () => {
      for await (const event of output.EventStream ?? []) {
        chunks.push(Buffer.from(event.PayloadChunk?.Payload ?? []).toString())
      }
    }, /enough/)
    assert.deepEqual(chunks, ['a'])
  })

  test('modelled errors: status and spelling of the model, fields in body and headers', async () => {
    server.answer = () => {
      throw new ServiceError('ResourceNotFoundException', 'Function not found: ü')
    }
    await assert.rejects(client.send(new GetFunctionCommand({ FunctionName: 'f' })), (error) => {
      assert.ok(error instanceof ResourceNotFoundException)
      assert.equal(error.message, 'Function not found: ü')
      assert.equal(error.Type, 'User')
      assert.equal(error.$metadata.httpStatusCode, 404)
      assert.equal(error.$metadata.requestId, requestId)
      return true
    })
    server.answer = () => {
      throw new ServiceError('TooManyRequestsException', 'Rate Exceeded.', {
        fields: {
          Reason: 'ReservedFunctionConcurrentInvocationLimitExceeded',
          retryAfterSeconds: '7',
        },
      })
    }
    await assert.rejects(client.send(new InvokeCommand({ FunctionName: 'f' })), (error) => {
      assert.ok(error instanceof TooManyRequestsException)
      assert.equal(error.retryAfterSeconds, '7')
      assert.equal(error.Reason, 'ReservedFunctionConcurrentInvocationLimitExceeded')
      return true
    })
  })

  test('the text of error bodies', () => {
    const notFound = restJson1.serializeError(
      service,
      undefined,
      new ServiceError('ResourceNotFoundException', 'no'),
      requestId,
    )
    assert.equal(notFound.status, 404)
    assert.equal(notFound.headers['X-Amzn-ErrorType'], 'ResourceNotFoundException')
    assert.equal(notFound.body, '{"Type":"User","Message":"no"}')
    const conflict = new ServiceError('ResourceConflictException', 'no')
    assert.equal(
      restJson1.serializeError(service, undefined, conflict, requestId).body,
      '{"Type":"User","message":"no"}',
    )
    const fault = new ServiceError('ServiceException', 'oh', { headers: { 'Retry-After': '1' } })
    const response = restJson1.serializeError(service, undefined, fault, requestId)
    assert.equal(response.status, 500)
    assert.equal(response.body, '{"Type":"Server","Message":"oh"}')
    assert.equal(response.headers['Retry-After'], '1')
    const unmodelled = new ServiceError('AccessDeniedException', 'no', { status: 403 })
    const denied = restJson1.serializeError(service, undefined, unmodelled, requestId)
    assert.equal(denied.status, 403)
    assert.equal(denied.body, '{"message":"no"}')
  })

  test('unknown paths and methods are UnknownOperationException, bad bodies are refused', async () => {
    const unknown = await fetch(`${server.endpoint}/2015-03-31/nothing`)
    assert.equal(unknown.status, 404)
    assert.equal(unknown.headers.get('x-amzn-errortype'), 'UnknownOperationException')
    const create = (body: string) =>
      fetch(`${server.endpoint}/2015-03-31/functions`, { method: 'POST', body })
    const malformed = await create('{"FunctionName":')
    assert.equal(malformed.status, 400)
    // Not InvalidRequestContentException, which is modelled for invocations alone: their payload is a blob.
    assert.equal(malformed.headers.get('x-amzn-errortype'), 'SerializationException')
    const wrong = await create('{"FunctionName":"f","Timeout":"3"}')
    assert.equal(wrong.headers.get('x-amzn-errortype'), 'SerializationException')
    assert.deepEqual(await wrong.json(), {
      message: 'STRING_VALUE can not be converted to an Integer',
    })
    const label = await fetch(`${server.endpoint}/2015-03-31/functions/%E0%A4%A`)
    assert.equal(label.headers.get('x-amzn-errortype'), 'SerializationException')
  })
})
