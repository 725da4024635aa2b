/** The settings of event source mappings, by the kind of their source. Expected values by origin: docs, recorded. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { EventSourceMappingConfiguration } from '@aws-sdk/client-lambda'
import { refusal } from '../test-support.ts'
import { map, queue, settled, stream, withFunction } from './test-kit.ts'

const table = 'arn:aws:dynamodb:eu-west-1:123456789012:table/t/stream/2026-01-01T00:00:00.000'
const cluster = 'arn:aws:kafka:eu-west-1:123456789012:cluster/c/1'
const broker = 'arn:aws:mq:eu-west-1:123456789012:broker:b:b-1'
const documents = 'arn:aws:rds:eu-west-1:123456789012:cluster:d'
const secret = [
  { Type: 'BASIC_AUTH', URI: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:s' },
]

describe('the settings of a mapping', () => {
  test('are those of its source, with its defaults (docs)', async () => {
    await using lambda = await withFunction()
    const made = await map(lambda, { EventSourceArn: stream, StartingPosition: 'TRIM_HORIZON' })
    assert.equal(made.LastProcessingResult, 'No records processed')
    assert.equal(made.StateTransitionReason, 'User action')
    const { BatchSize, ParallelizationFactor, MaximumRetryAttempts, MaximumRecordAgeInSeconds } =
      made
    assert.deepEqual(
      [BatchSize, ParallelizationFactor, MaximumRetryAttempts, MaximumRecordAgeInSeconds],
      [100, 1, -1, -1],
    )
    assert.deepEqual(made.DestinationConfig, { OnFailure: {} })
    const at = new Date(lambda.clock.nowMs() - 1000)
    const since = await map(lambda, {
      EventSourceArn: `${stream}2`,
      StartingPosition: 'AT_TIMESTAMP',
      StartingPositionTimestamp: at,
    })
    assert.deepEqual(since.StartingPositionTimestamp, at)
    await map(lambda, { EventSourceArn: cluster, StartingPosition: 'LATEST', Topics: ['t'] })
    await map(lambda, {
      SelfManagedEventSource: { Endpoints: { KAFKA_BOOTSTRAP_SERVERS: ['k:9092'] } },
      StartingPosition: 'LATEST',
      Topics: ['t'],
    })
    await map(lambda, { EventSourceArn: broker, Queues: ['q'], SourceAccessConfigurations: secret })
    await map(lambda, {
      EventSourceArn: documents,
      StartingPosition: 'LATEST',
      SourceAccessConfigurations: secret,
      DocumentDBEventSourceConfig: { DatabaseName: 'd' },
    })
  })

  const position = { StartingPosition: 'LATEST' }
  const filters = (...patterns: string[]) => ({
    FilterCriteria: { Filters: patterns.map((Pattern) => ({ Pattern })) },
  })
  const refused: [why: string, input: object, message: RegExp | string][] = [
    ['no source', { EventSourceArn: 'arn:aws:s3:::b' }, 'Unrecognized event source.'],
    [
      'no position',
      { EventSourceArn: stream },
      "1 validation error detected: Value null at 'startingPosition' failed to satisfy constraint: Member must not be null.",
    ],
    [
      'a time for a table',
      { EventSourceArn: table, StartingPosition: 'AT_TIMESTAMP' },
      `Unsupported starting position for arn type: ${table}`,
    ],
    [
      'no time',
      { EventSourceArn: stream, StartingPosition: 'AT_TIMESTAMP' },
      /StartingPositionTimestamp is required/,
    ],
    [
      'a time to come',
      {
        EventSourceArn: stream,
        StartingPosition: 'AT_TIMESTAMP',
        StartingPositionTimestamp: new Date(4e12),
      },
      /must not be in the future/,
    ],
    [
      'a large batch without a window',
      { EventSourceArn: queue, BatchSize: 11 },
      'Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10',
    ],
    [
      'a large batch of an ordered queue',
      { EventSourceArn: `${queue}.fifo`, BatchSize: 11, MaximumBatchingWindowInSeconds: 1 },
      /FIFO/,
    ],
    [
      'a window of an ordered queue',
      { EventSourceArn: `${queue}.fifo`, MaximumBatchingWindowInSeconds: 1 },
      /FIFO/,
    ],
    [
      'what a queue does not take',
      { EventSourceArn: queue, ParallelizationFactor: 2 },
      /^Unsupported ParallelizationFactor/,
    ],
    [
      'a destination of a queue',
      { EventSourceArn: queue, DestinationConfig: { OnFailure: { Destination: queue } } },
      'Unsupported DestinationConfig parameter for given event source mapping type.',
    ],
    [
      'a destination that is none',
      {
        EventSourceArn: stream,
        ...position,
        DestinationConfig: { OnFailure: { Destination: stream } },
      },
      `The destination ARN ${stream} is invalid.`,
    ],
    [
      'an age of a second',
      { EventSourceArn: stream, ...position, MaximumRecordAgeInSeconds: 1 },
      /MaximumRecordAgeInSeconds must be/,
    ],
    [
      'tumbling windows side by side',
      { EventSourceArn: stream, ...position, TumblingWindowInSeconds: 5, ParallelizationFactor: 2 },
      /ParallelizationFactor of 1/,
    ],
    [
      'pollers out of order',
      { EventSourceArn: queue, ProvisionedPollerConfig: { MinimumPollers: 9, MaximumPollers: 3 } },
      /MinimumPollers/,
    ],
    [
      'two ways of scaling',
      {
        EventSourceArn: queue,
        ProvisionedPollerConfig: {},
        ScalingConfig: { MaximumConcurrency: 5 },
      },
      /exclude each other/,
    ],
    [
      'a pattern that is no JSON',
      { EventSourceArn: queue, ...filters('{') },
      'Invalid filter pattern definition.',
    ],
    [
      'a pattern without lists',
      { EventSourceArn: queue, ...filters('{"body":"x"}') },
      'Invalid filter pattern definition.',
    ],
    [
      'an empty list',
      { EventSourceArn: queue, ...filters('{"body":[]}') },
      'Invalid filter pattern definition.',
    ],
    [
      'an operator there is not',
      { EventSourceArn: queue, ...filters('{"body":[{"like":"x"}]}') },
      'Invalid filter pattern definition.',
    ],
    [
      'too many filters',
      { EventSourceArn: queue, ...filters(...Array.from({ length: 11 }, () => '{"body":["x"]}')) },
      /at most 10 filters/,
    ],
  ]
  for (const [why, input, message] of refused) {
    test(`are refused: ${why}`, async () => {
      await using lambda = await withFunction()
      await assert.rejects(
        map(lambda, input),
        refusal('InvalidParameterValueException', 400, message),
      )
      const { EventSourceMappings } = await lambda.call<{ EventSourceMappings?: object[] }>(
        'ListEventSourceMappings',
        {},
      )
      assert.deepEqual(EventSourceMappings, [])
    })
  }

  test('filter by the whole grammar', async () => {
    await using lambda = await withFunction()
    const pattern = JSON.stringify({
      body: {
        a: ['x', null, '', 1],
        b: [{ prefix: 'p' }, { suffix: 's' }, { 'equals-ignore-case': 'e' }],
        c: [{ 'anything-but': ['n'] }, { exists: false }],
        d: [{ numeric: ['>', 1, '<=', 5] }, { numeric: ['=', 1] }],
        $or: [{ e: ['1'] }, { f: ['2'] }],
      },
    })
    const made = await map(lambda, { EventSourceArn: queue, ...filters(pattern) })
    assert.deepEqual(made.FilterCriteria, { Filters: [{ Pattern: pattern }] })
    await settled(lambda, made.UUID)
    await assert.rejects(
      lambda.call('UpdateEventSourceMapping', { UUID: made.UUID, ...filters('nope') }),
      { message: 'Invalid filter pattern definition.' },
    )
    const update = { UUID: made.UUID, FilterCriteria: {} }
    assert.equal(
      (await lambda.call<EventSourceMappingConfiguration>('UpdateEventSourceMapping', update))
        .FilterCriteria,
      undefined,
    )
  })
})
