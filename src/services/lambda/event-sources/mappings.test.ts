/** How the states of event source mappings follow each other, through all their operations. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { EventSourceMappingConfiguration } from '@aws-sdk/client-lambda'
import { arnPrefix, openTestLambda, refusal } from '../test-support.ts'
import { get, map, queue, settled, stream, withFunction } from './test-kit.ts'

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
    for (const operation of [
      'GetEventSourceMapping',
      'UpdateEventSourceMapping',
      'DeleteEventSourceMapping',
    ]) {
      await assert.rejects(
        lambda.call(operation, { UUID }),
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
