/** Event source mappings: rules of each kind of source, and how their states follow each other. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { EventSourceMappingConfiguration } from '@aws-sdk/client-lambda'
import { arnPrefix, openTestLambda, refusal } from '../test-support.ts'
import type { TestLambda } from '../test-support.ts'

const queue = 'arn:aws:sqs:eu-west-1:123456789012:q'
const stream = 'arn:aws:kinesis:eu-west-1:123456789012:stream/s'
const table = 'arn:aws:dynamodb:eu-west-1:123456789012:table/t/stream/2026-01-01T00:00:00.000'
const cluster = 'arn:aws:kafka:eu-west-1:123456789012:cluster/c/1'
const broker = 'arn:aws:mq:eu-west-1:123456789012:broker:b:b-1'
const documents = 'arn:aws:rds:eu-west-1:123456789012:cluster:d'
const secret = [
  { Type: 'BASIC_AUTH', URI: 'arn:aws:secretsmanager:eu-west-1:123456789012:secret:s' },
]

async function withFunction(): Promise<TestLambda> {
  const lambda = await openTestLambda()
  await lambda.create('f')
  return lambda
}

const map = (lambda: TestLambda, input: object) =>
  lambda.call<EventSourceMappingConfiguration>('CreateEventSourceMapping', {
    FunctionName: 'f',
    ...input,
  })

const get = (lambda: TestLambda, UUID: string | undefined) =>
  lambda.call<EventSourceMappingConfiguration>('GetEventSourceMapping', { UUID })

/** Waits until its change is done; undefined when it is gone. */
async function settled(
  lambda: TestLambda,
  UUID: string | undefined,
): Promise<EventSourceMappingConfiguration | undefined> {
  for (;;) {
    try {
      const now = await get(lambda, UUID)
      if (now.State === 'Enabled' || now.State === 'Disabled') return now
    } catch {
      return undefined
    }
    await lambda.store.transaction('TEST:WAIT', async () => undefined)
  }
}

describe('the life of a mapping', () => {
  test('of a queue: created, shown, changed, disabled, deleted, each state told', async () => {
    await using lambda = await withFunction()
    const made = await map(lambda, { EventSourceArn: queue })
    assert.deepEqual(made, {
      UUID: made.UUID,
      EventSourceMappingArn: `arn:aws:lambda:eu-west-1:123456789012:event-source-mapping:${made.UUID}`,
      EventSourceArn: queue,
      FunctionArn: `${arnPrefix}f`,
      BatchSize: 10,
      MaximumBatchingWindowInSeconds: 0,
      FunctionResponseTypes: [],
      State: 'Creating',
      StateTransitionReason: 'USER_INITIATED',
      LastModified: new Date(lambda.clock.nowMs()),
    })
    assert.deepEqual(await settled(lambda, made.UUID), { ...made, State: 'Enabled' })
    assert.equal(lambda.pollers.running.get(made.UUID ?? '')?.functionArn, `${arnPrefix}f`)
    const update = {
      UUID: made.UUID,
      BatchSize: 5,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    }
    const changed = await lambda.call('UpdateEventSourceMapping', update)
    assert.equal(changed.State, 'Updating')
    const { BatchSize, FunctionResponseTypes } = (await settled(lambda, made.UUID)) ?? {}
    assert.deepEqual([BatchSize, FunctionResponseTypes], [5, ['ReportBatchItemFailures']])
    await lambda.call('UpdateEventSourceMapping', { UUID: made.UUID, Enabled: false })
    assert.equal((await settled(lambda, made.UUID))?.State, 'Disabled')
    assert.equal(lambda.pollers.running.size, 0)
    const deleted = await lambda.call('DeleteEventSourceMapping', { UUID: made.UUID })
    assert.equal(deleted.State, 'Deleting')
    assert.equal(await settled(lambda, made.UUID), undefined)
  })

  test('while a change is under way there is no other', async () => {
    await using lambda = await withFunction()
    const gate = Promise.withResolvers<void>()
    lambda.pollers.gate = gate.promise
    const { UUID } = await map(lambda, { EventSourceArn: queue })
    for (const [operation, verb] of [
      ['UpdateEventSourceMapping', 'update'],
      ['DeleteEventSourceMapping', 'delete'],
    ]) {
      await assert.rejects(
        lambda.call(operation!, { UUID }),
        refusal(
          'ResourceInUseException',
          400,
          `Cannot ${verb} the event source mapping because it is in use.`,
        ),
      )
    }
    assert.equal((await get(lambda, UUID)).State, 'Creating')
    gate.resolve()
    assert.equal((await settled(lambda, UUID))?.State, 'Enabled')
  })

  test('what a server left unfinished the next one finishes, and polls what is enabled', async () => {
    await using lambda = await withFunction()
    const idle = await map(lambda, { EventSourceArn: `${queue}-idle`, Enabled: false })
    const busy = await map(lambda, { EventSourceArn: `${queue}-busy` })
    await settled(lambda, idle.UUID)
    await settled(lambda, busy.UUID)
    lambda.pollers.gate = Promise.reject(new Error('the server was killed'))
    lambda.pollers.gate.catch(() => undefined)
    const { UUID } = await map(lambda, { EventSourceArn: queue })
    await using again = await openTestLambda(lambda)
    await again.service.resume()
    assert.equal((await settled(again, UUID))?.State, 'Enabled')
    assert.deepEqual(new Set(again.pollers.running.keys()), new Set([busy.UUID, UUID]))
  })

  test('stays when its function is deleted, and no longer polls', async () => {
    await using lambda = await withFunction()
    const { UUID } = await map(lambda, { EventSourceArn: queue })
    await settled(lambda, UUID)
    await lambda.call('DeleteFunction', { FunctionName: 'f' })
    assert.equal((await settled(lambda, UUID))?.State, 'Disabled')
    assert.equal(lambda.pollers.running.size, 0)
  })

  test('names what it is of, by any form, and is listed by it, page by page', async () => {
    await using lambda = await withFunction()
    await lambda.create('g')
    await lambda.call('PublishVersion', { FunctionName: 'f' })
    await lambda.call('CreateAlias', { FunctionName: 'f', Name: 'live', FunctionVersion: '1' })
    const ofAlias = await map(lambda, { EventSourceArn: queue, FunctionName: `${arnPrefix}f:live` })
    assert.equal(ofAlias.FunctionArn, `${arnPrefix}f:live`)
    await map(lambda, { EventSourceArn: queue })
    await map(lambda, { EventSourceArn: queue, FunctionName: 'g' })
    await map(lambda, { EventSourceArn: stream, StartingPosition: 'LATEST' })
    const count = async (filter: object): Promise<number> => {
      let seen = 0
      let Marker: string | undefined
      do {
        const page = await lambda.call<{
          EventSourceMappings?: EventSourceMappingConfiguration[]
          NextMarker?: string
        }>('ListEventSourceMappings', { ...filter, MaxItems: 1, Marker })
        seen += page.EventSourceMappings?.length ?? 0
        Marker = page.NextMarker
      } while (Marker !== undefined)
      return seen
    }
    assert.equal(await count({}), 4)
    assert.equal(await count({ FunctionName: 'f' }), 3)
    assert.equal(await count({ EventSourceArn: queue }), 3)
    assert.equal(await count({ FunctionName: 'g', EventSourceArn: stream }), 0)
    await assert.rejects(
      map(lambda, { EventSourceArn: queue, FunctionName: 'nope' }),
      refusal('InvalidParameterValueException', 400, 'Function does not exist'),
    )
  })

  test('is one for each source and function (recorded)', async () => {
    await using lambda = await withFunction()
    const { UUID } = await map(lambda, { EventSourceArn: queue })
    await assert.rejects(
      map(lambda, { EventSourceArn: queue }),
      refusal(
        'ResourceConflictException',
        409,
        `An event source mapping with SQS arn (" ${queue} ") and function (" f ") already exists. Please update or delete the existing mapping with UUID ${UUID}`,
      ),
    )
    const first = await map(lambda, { EventSourceArn: stream, StartingPosition: 'LATEST' })
    await assert.rejects(
      map(lambda, { EventSourceArn: stream, StartingPosition: 'LATEST' }),
      refusal(
        'ResourceConflictException',
        409,
        `The event source arn (" ${stream} ") and function (" f ") provided mapping already exists. Please update or delete the existing mapping with UUID ${first.UUID}`,
      ),
    )
  })

  test('has tags of its own', async () => {
    await using lambda = await withFunction()
    const { EventSourceMappingArn: Resource } = await map(lambda, {
      EventSourceArn: queue,
      Tags: { a: '1', b: '2' },
    })
    await lambda.call('TagResource', { Resource, Tags: { c: '3' } })
    await lambda.call('UntagResource', { Resource, TagKeys: ['a'] })
    assert.deepEqual(await lambda.call('ListTags', { Resource }), { Tags: { b: '2', c: '3' } })
    for (const other of [`${Resource}x`, Resource?.replace('eu-west-1', 'us-east-1')]) {
      await assert.rejects(
        lambda.call('ListTags', { Resource: other }),
        refusal('ResourceNotFoundException', 404, 'The resource you requested does not exist.'),
      )
    }
  })

  test('that is not there is not found', async () => {
    await using lambda = await withFunction()
    const UUID = 'a0000000-0000-4000-8000-000000000000'
    for (const kind of ['Get', 'Update', 'Delete']) {
      await assert.rejects(
        lambda.call(`${kind}EventSourceMapping`, { UUID }),
        refusal('ResourceNotFoundException', 404, 'The resource you requested does not exist.'),
      )
    }
  })

  test('of a kind that nobody polls is refused by its name', async () => {
    await using lambda = await withFunction()
    lambda.pollers.served = false
    await assert.rejects(
      map(lambda, { EventSourceArn: queue }),
      refusal('InvalidParameterValueException', 400, /^lambdad has no SQS event sources yet/),
    )
  })
})

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
