import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import {
  CloudWatchClient,
  DashboardInvalidInputError,
  DescribeAlarmsCommand,
  GetMetricDataCommand,
  PutDashboardCommand,
  PutMetricAlarmCommand,
  PutMetricDataCommand,
  ResourceNotFound,
  SetAlarmStateCommand,
} from '@aws-sdk/client-cloudwatch'
import { AwsQueryProtocol, AwsSmithyRpcV2CborProtocol } from '@aws-sdk/core/protocols'
import { ServiceError } from '../kernel/errors.ts'
import type { ProtocolId, ServiceModel } from '../model/index.ts'
import { awsJson } from './aws-json.ts'
import type { HttpRequest } from './http.ts'
import { rpcv2Cbor } from './rpc-v2-cbor.ts'
import { encodeCbor } from './smithy.ts'
import { fixtureModel, requestId, startTestServer, type TestServer } from './test-server.ts'

type ClientProtocol = NonNullable<ConstructorParameters<typeof CloudWatchClient>[0]>['protocol']

/** CloudWatch answers three protocols; its clients of different age speak one each. */
const spoken: readonly (readonly [ProtocolId, ClientProtocol])[] = [
  ['rpcv2Cbor', AwsSmithyRpcV2CborProtocol],
  ['awsJson', undefined],
  ['awsQuery', AwsQueryProtocol],
]

for (const [id, protocol] of spoken) {
  describe(`CloudWatch over ${id}`, () => {
    let service: ServiceModel
    let server: TestServer
    let client: CloudWatchClient

    before(async () => {
      service = await fixtureModel('cloudwatch')
      server = await startTestServer(service)
      client = new CloudWatchClient({
        endpoint: server.endpoint,
        region: 'us-east-1',
        credentials: { accessKeyId: '000000000000', secretAccessKey: 'x' },
        maxAttempts: 1,
        disableRequestCompression: true,
        ...(protocol === undefined ? {} : { protocol }),
      })
    })
    after(async () => {
      client.destroy()
      await server[Symbol.asyncDispose]()
    })

    test('doubles, timestamps, nested lists; an operation without output', async () => {
      server.answer = () => ({})
      const input = {
        Namespace: 'ns',
        MetricData: [
          {
            MetricName: 'ü',
            Dimensions: [{ Name: 'a', Value: 'b' }],
            Timestamp: new Date(1_700_000_000_500),
            Value: 1.5,
            Unit: 'Count' as const,
          },
          { MetricName: 'm', Values: [1, -2.25, 1e300], Counts: [0, 1, 2], StorageResolution: 60 },
        ],
      }
      const output = await client.send(new PutMetricDataCommand(input))
      assert.equal(server.last.service, 'cloudwatch')
      assert.equal(server.last.protocol, id)
      assert.deepEqual(server.last.input, input)
      assert.equal(output.$metadata.httpStatusCode, 200)
      assert.equal(output.$metadata.requestId, requestId)
    })

    test('results with lists of doubles and dates', async () => {
      const results = [
        {
          Id: 'm1',
          Label: '<l>',
          Timestamps: [new Date(0), new Date(1_700_000_000_000)],
          Values: [0, 2.5],
          StatusCode: 'Complete' as const,
        },
        { Id: 'm2', Timestamps: [], Values: [] },
      ]
      server.answer = () => ({ MetricDataResults: results, NextToken: undefined, Messages: null })
      const output = await client.send(
        new GetMetricDataCommand({
          MetricDataQueries: [{ Id: 'm1', Expression: 'a+b', ReturnData: false }],
          StartTime: new Date(0),
          EndTime: new Date(1_700_000_000_000),
        }),
      )
      assert.deepEqual(output.MetricDataResults, results)
      assert.equal(output.NextToken, undefined)
    })

    test('booleans, empty lists and empty text', async () => {
      server.answer = () => ({ MetricAlarms: [], CompositeAlarms: [{ ActionsEnabled: true }] })
      const input = {
        AlarmName: 'a',
        ActionsEnabled: false,
        AlarmActions: [],
        AlarmDescription: '',
        EvaluationPeriods: 1,
        ComparisonOperator: 'LessThanThreshold' as const,
      }
      await client.send(new PutMetricAlarmCommand(input))
      assert.deepEqual(server.last.input, input)
      const output = await client.send(new DescribeAlarmsCommand({ AlarmNames: ['a'] }))
      assert.deepEqual(output.MetricAlarms, [])
      assert.equal(output.CompositeAlarms?.[0]?.ActionsEnabled, true)
    })

    test('errors, by name and with members', async () => {
      server.answer = () => {
        throw new ServiceError('ResourceNotFound', 'Unknown')
      }
      const command = new SetAlarmStateCommand({
        AlarmName: 'a',
        StateValue: 'OK',
        StateReason: 'r',
      })
      await assert.rejects(client.send(command), (error) => {
        assert.ok(error instanceof ResourceNotFound)
        assert.equal(error.message, 'Unknown')
        assert.equal(error.$metadata.httpStatusCode, 404)
        return true
      })
      server.answer = () => {
        throw new ServiceError('DashboardInvalidInputError', 'no', {
          fields: { dashboardValidationMessages: [{ DataPath: '/', Message: 'bad' }] },
        })
      }
      const put = new PutDashboardCommand({ DashboardName: 'd', DashboardBody: '{' })
      await assert.rejects(client.send(put), (error) => {
        assert.ok(error instanceof DashboardInvalidInputError)
        assert.deepEqual(error.dashboardValidationMessages, [{ DataPath: '/', Message: 'bad' }])
        return true
      })
    })
  })
}

test('a union with two members is refused', async () => {
  const service = await fixtureModel('cloudwatch')
  const operation = service.operations.get('PutMetricAlarm')
  assert.ok(operation)
  const input = { AlarmName: 'a', EvaluationWindow: { SlidingWindow: {}, WallClockWindow: {} } }
  const bodies = [
    [rpcv2Cbor, encodeCbor(input)],
    [awsJson, Buffer.from(JSON.stringify(input))],
  ] as const
  for (const [protocol, body] of bodies) {
    const request: HttpRequest = { method: 'POST', path: '/', query: '', headers: {}, body }
    assert.throws(
      () => protocol.parse(service, { operation, labels: [] }, request),
      (error: ServiceError) =>
        error.code === 'SerializationException' && /exactly one member/.test(error.message),
    )
  }
})
