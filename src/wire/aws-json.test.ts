import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  CloudWatchLogsClient,
  CreateLogGroupCommand,
  DescribeLogGroupsCommand,
  InvalidParameterException,
  PutLogEventsCommand,
} from '@aws-sdk/client-cloudwatch-logs'
import {
  BatchWriteItemCommand,
  DynamoDBClient,
  GetItemCommand,
  ConditionalCheckFailedException,
  PutItemCommand,
  type AttributeValue,
} from '@aws-sdk/client-dynamodb'
import {
  KinesisClient,
  PutRecordsCommand,
  ResourceInUseException,
  SubscribeToShardCommand,
  type SubscribeToShardEvent,
} from '@aws-sdk/client-kinesis'
import {
  CreateQueueCommand,
  QueueDoesNotExist,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { ServiceError } from '../kernel/errors.ts'
import { loadService } from '../model/index.ts'
import { fixtureModel, requestId, startTestServer, type TestServer } from './test-server.ts'

const credentials = { accessKeyId: '000000000000', secretAccessKey: 'x' }

function options(server: TestServer) {
  return { endpoint: server.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 }
}

describe('awsJson 1.1 with the CloudWatch Logs client', () => {
  let server: TestServer
  let client: CloudWatchLogsClient

  before(async () => {
    server = await startTestServer(await loadService('logs'))
    client = new CloudWatchLogsClient(options(server))
  })
  after(async () => {
    client.destroy()
    await server[Symbol.asyncDispose]()
  })

  test('lists of structures, longs, unicode, both ways', async () => {
    server.answer = () => ({
      nextSequenceToken: 't',
      rejectedLogEventsInfo: { tooOldLogEventEndIndex: 0 },
    })
    const input = {
      logGroupName: '/aws/lambda/f',
      logStreamName: 's',
      logEvents: [
        { timestamp: 1_700_000_000_123, message: 'ü"\\\n\u2028💥' },
        { timestamp: 0, message: 'x'.repeat(100_000) },
      ],
    }
    const output = await client.send(new PutLogEventsCommand(input))
    assert.equal(server.last.service, 'logs')
    assert.equal(server.last.protocol, 'awsJson')
    assert.deepEqual(server.last.input, input)
    assert.equal(output.nextSequenceToken, 't')
    assert.deepEqual(output.rejectedLogEventsInfo, { tooOldLogEventEndIndex: 0 })
    assert.equal(output.$metadata.requestId, requestId)
  })

  test('an operation without output has no body', async () => {
    server.answer = () => ({})
    const output = await client.send(new CreateLogGroupCommand({ logGroupName: 'g', tags: {} }))
    assert.deepEqual(server.last.input, { logGroupName: 'g', tags: {} })
    assert.equal(output.$metadata.httpStatusCode, 200)
    const raw = await fetch(server.endpoint, {
      method: 'POST',
      headers: { 'x-amz-target': 'Logs_20140328.CreateLogGroup' },
      body: '{"logGroupName":"g"}',
    })
    assert.equal(await raw.text(), '')
  })

  test('errors: shapes without a message member still carry the message', async () => {
    server.answer = () => {
      throw new ServiceError('InvalidParameterException', '1 validation error detected: ü')
    }
    await assert.rejects(client.send(new DescribeLogGroupsCommand({})), (error) => {
      assert.ok(error instanceof InvalidParameterException)
      assert.equal(error.message, '1 validation error detected: ü')
      assert.equal(error.$metadata.httpStatusCode, 400)
      return true
    })
    server.answer = () => {
      throw new ServiceError('ServiceUnavailableException', 'later')
    }
    await assert.rejects(client.send(new DescribeLogGroupsCommand({})), (error: Error) => {
      assert.equal(error.name, 'ServiceUnavailableException')
      assert.equal((error as unknown as InvalidParameterException).$metadata.httpStatusCode, 500)
      return true
    })
  })

  test('unknown targets and bodies that are no JSON object', async () => {
    const post = async (target: string, body: string) => {
      const headers = { 'x-amz-target': target, 'content-type': 'application/x-amz-json-1.1' }
      const response = await fetch(server.endpoint, { method: 'POST', headers, body })
      assert.equal(response.headers.get('content-type'), 'application/x-amz-json-1.1')
      return [response.status, ((await response.json()) as { __type: string }).__type]
    }
    assert.deepEqual(await post('Logs_20140328.Nope', '{}'), [400, 'UnknownOperationException'])
    assert.deepEqual(await post('Nope.CreateLogGroup', '{}'), [400, 'UnknownOperationException'])
    for (const body of ['{', '[]', '3', 'null', '"x"', '{"logGroupName":3}', '\u0000']) {
      const answer = await post('Logs_20140328.CreateLogGroup', body)
      assert.deepEqual(answer, [400, 'SerializationException'], body)
    }
  })
})

describe('awsJson 1.0 with the SQS and DynamoDB clients', () => {
  let sqs: TestServer
  let dynamodb: TestServer
  let sqsClient: SQSClient
  let dynamodbClient: DynamoDBClient

  before(async () => {
    sqs = await startTestServer(await fixtureModel('sqs'))
    dynamodb = await startTestServer(await fixtureModel('dynamodb'))
    sqsClient = new SQSClient({ ...options(sqs), md5: false })
    dynamodbClient = new DynamoDBClient(options(dynamodb))
  })
  after(async () => {
    sqsClient.destroy()
    dynamodbClient.destroy()
    await sqs[Symbol.asyncDispose]()
    await dynamodb[Symbol.asyncDispose]()
  })

  test('members go by their own names, whatever the query form calls them', async () => {
    sqs.answer = () => ({ QueueUrl: 'http://q' })
    const input = { QueueName: 'q', Attributes: { DelaySeconds: '5' }, tags: { a: 'b' } }
    const output = await sqsClient.send(new CreateQueueCommand(input))
    assert.equal(sqs.last.protocol, 'awsJson')
    assert.deepEqual(sqs.last.input, input)
    assert.equal(output.QueueUrl, 'http://q')
  })

  test('blobs in maps of structures', async () => {
    sqs.answer = () => ({ MessageId: 'm', MD5OfMessageBody: 'x' })
    const bytes = new Uint8Array([0, 128, 255])
    await sqsClient.send(
      new SendMessageCommand({
        QueueUrl: sqs.endpoint,
        MessageBody: '',
        MessageAttributes: { b: { DataType: 'Binary', BinaryValue: bytes } },
      }),
    )
    const attributes = sqs.last.input?.['MessageAttributes'] as Record<
      string,
      { BinaryValue: Uint8Array }
    >
    assert.deepEqual([...(attributes['b']?.BinaryValue ?? [])], [...bytes])
    sqs.answer = () => ({
      Messages: [
        {
          MessageId: 'm',
          Body: 'ü',
          MessageAttributes: { b: { DataType: 'Binary', BinaryValue: bytes } },
        },
      ],
    })
    const received = await sqsClient.send(new ReceiveMessageCommand({ QueueUrl: sqs.endpoint }))
    assert.equal(received.Messages?.[0]?.Body, 'ü')
    const back = received.Messages?.[0]?.MessageAttributes?.['b']?.BinaryValue
    assert.deepEqual([...(back ?? [])], [...bytes])
  })

  test('errors carry the query code beside the name', async () => {
    sqs.answer = () => {
      throw new ServiceError('QueueDoesNotExist', 'The specified queue does not exist.')
    }
    await assert.rejects(
      sqsClient.send(new ReceiveMessageCommand({ QueueUrl: sqs.endpoint })),
      (error) => {
        assert.ok(error instanceof QueueDoesNotExist)
        // Clients that once spoke awsQuery show its code to their callers.
        assert.equal((error as { Code?: string }).Code, 'AWS.SimpleQueueService.NonExistentQueue')
        return true
      },
    )
  })

  test('recursive unions: every kind of attribute value', async () => {
    const item: Record<string, AttributeValue> = {
      s: { S: '' },
      n: { N: '3.14159265358979323846' },
      b: { B: new Uint8Array([1, 2]) },
      bs: { BS: [new Uint8Array([1]), new Uint8Array([])] },
      nul: { NULL: true },
      bool: { BOOL: false },
      l: { L: [{ S: 'x' }, { L: [] }, { M: { deep: { M: { er: { N: '1' } } } } }] },
      m: { M: {} },
    }
    dynamodb.answer = (input) => ({ Item: input['Item'] })
    await dynamodbClient.send(new PutItemCommand({ TableName: 't', Item: item }))
    const parsed = dynamodb.last.input?.['Item']
    assert.deepEqual(bytesToArrays(parsed), bytesToArrays(item))
    dynamodb.answer = () => ({ Item: parsed })
    const output = await dynamodbClient.send(
      new GetItemCommand({ TableName: 't', Key: { s: { S: 'k' } } }),
    )
    assert.deepEqual(bytesToArrays(output.Item), bytesToArrays(item))
  })

  test('maps of lists; members of errors', async () => {
    dynamodb.answer = () => ({ UnprocessedItems: {} })
    const input = { RequestItems: { t: [{ DeleteRequest: { Key: { a: { S: 'b' } } } }] } }
    await dynamodbClient.send(new BatchWriteItemCommand(input))
    assert.deepEqual(dynamodb.last.input, input)
    dynamodb.answer = () => {
      throw new ServiceError('ConditionalCheckFailedException', 'The conditional request failed', {
        fields: { Item: { a: { S: 'b' } } },
      })
    }
    await assert.rejects(dynamodbClient.send(new BatchWriteItemCommand(input)), (error) => {
      assert.ok(error instanceof ConditionalCheckFailedException)
      assert.deepEqual(error.Item, { a: { S: 'b' } })
      return true
    })
  })

  test('nesting is bounded', async () => {
    const body = `{"TableName":"t","Item":{"a":${'{"L":['.repeat(5000)}${']}'.repeat(5000)}}}`
    const response = await fetch(dynamodb.endpoint, {
      method: 'POST',
      headers: { 'x-amz-target': 'DynamoDB_20120810.PutItem' },
      body,
    })
    assert.equal(response.status, 400)
    assert.match(await response.text(), /"SerializationException","message":"The request is nested/)
  })
})

/** Bytes as arrays, so that Buffer and Uint8Array compare equal. */
function bytesToArrays(value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: [...value] }
  if (Array.isArray(value)) return value.map(bytesToArrays)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, bytesToArrays(each)]))
}

describe('awsJson event streams with the Kinesis client', () => {
  let server: TestServer
  let client: KinesisClient

  before(async () => {
    server = await startTestServer(await fixtureModel('kinesis'))
    // The client would rather speak HTTP/2; the gateway speaks 1.1.
    client = new KinesisClient({ ...options(server), requestHandler: new NodeHttpHandler() })
  })
  after(async () => {
    client.destroy()
    await server[Symbol.asyncDispose]()
  })

  test('blobs in lists', async () => {
    server.answer = () => ({
      FailedRecordCount: 0,
      Records: [{ SequenceNumber: '1', ShardId: 's' }],
    })
    const output = await client.send(
      new PutRecordsCommand({
        StreamName: 's',
        Records: [{ PartitionKey: 'p', Data: new Uint8Array([255, 0]) }],
      }),
    )
    const [record] = (server.last.input?.['Records'] ?? []) as { Data: Uint8Array }[]
    assert.deepEqual([...(record?.Data ?? [])], [255, 0])
    assert.deepEqual(output.Records, [{ SequenceNumber: '1', ShardId: 's' }])
  })

  test('initial response, events with timestamps and blobs, a modelled exception at the end', async () => {
    const arrived = new Date(1_700_000_000_500)
    server.answer = () => ({
      EventStream: (async function* () {
        yield {
          SubscribeToShardEvent: {
            Records: [
              {
                SequenceNumber: '1',
                ApproximateArrivalTimestamp: arrived,
                Data: Buffer.from('ü'),
                PartitionKey: 'p',
              },
            ],
            ContinuationSequenceNumber: '2',
            MillisBehindLatest: 0,
          },
        }
        throw new ServiceError('ResourceInUseException', 'another consumer')
      })(),
    })
    const output = await client.send(
      new SubscribeToShardCommand({
        ConsumerARN: 'arn:aws:kinesis:us-east-1:0:stream/s/consumer/c:1',
        ShardId: 'shardId-000000000000',
        StartingPosition: { Type: 'AT_TIMESTAMP', Timestamp: arrived },
      }),
    )
    assert.deepEqual(server.last.input?.['StartingPosition'], {
      Type: 'AT_TIMESTAMP',
      Timestamp: arrived,
    })
    const events: (SubscribeToShardEvent | undefined)[] = []
    await assert.rejects(
      async () => {
        for await (const event of output.EventStream ?? []) events.push(event.SubscribeToShardEvent)
      },
      (error) => error instanceof ResourceInUseException && error.message === 'another consumer',
    )
    assert.equal(events.length, 1)
    const [record] = events[0]?.Records ?? []
    assert.deepEqual(record?.ApproximateArrivalTimestamp, arrived)
    assert.equal(Buffer.from(record?.Data ?? []).toString(), 'ü')
    assert.equal(events[0]?.MillisBehindLatest, 0)
  })
})
