/** What may be configured, and for what. Expected values by origin: docs, observed. */
import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { FunctionEventInvokeConfig } from '@aws-sdk/client-lambda'
import { arnPrefix, openTestLambda, refusal } from '../test-support.ts'
import type { TestLambda } from '../test-support.ts'

async function withFunction(): Promise<TestLambda> {
  const lambda = await openTestLambda()
  await lambda.create('f')
  return lambda
}

type Verb = 'Put' | 'Update' | 'Get' | 'Delete'

const call = (lambda: TestLambda, verb: Verb, changes: object = {}) =>
  lambda.call<FunctionEventInvokeConfig>(`${verb}FunctionEventInvokeConfig`, {
    FunctionName: 'f',
    ...changes,
  })

const queue = 'arn:aws:sqs:eu-west-1:123456789012:queue'
const bus = 'arn:aws:events:eu-west-1:123456789012:event-bus/default'
const bucket = 'arn:aws:s3:::bucket'
const topic = 'arn:aws:sns:eu-west-1:123456789012:topic'
const unset = { OnSuccess: {}, OnFailure: {} }

const onSuccess = (Destination: string) => ({
  DestinationConfig: { OnSuccess: { Destination } },
})
const onFailure = (Destination: string) => ({
  DestinationConfig: { OnFailure: { Destination } },
})

function absent(name: string) {
  const words = `The function ${arnPrefix}${name} doesn't have an EventInvokeConfig`
  return refusal('ResourceNotFoundException', 404, words)
}
const invalid = (words: string | RegExp) => refusal('InvalidParameterValueException', 400, words)

describe('a configuration', () => {
  test('is put, shown and deleted, under the qualifier it was made for (docs)', async () => {
    await using lambda = await withFunction()
    await lambda.call('PublishVersion', { FunctionName: 'f' })
    await lambda.call('CreateAlias', { FunctionName: 'f', Name: 'live', FunctionVersion: '1' })
    for (const [qualifier, shown] of [
      [undefined, '$LATEST'],
      ['1', '1'],
      ['live', 'live'],
    ]) {
      const named = { FunctionName: `${arnPrefix}f`, Qualifier: qualifier }
      await assert.rejects(call(lambda, 'Get', named), absent(`f:${shown}`))
      const config = await call(lambda, 'Put', { ...named, MaximumRetryAttempts: 0 })
      assert.deepEqual(config, {
        LastModified: new Date(lambda.clock.nowMs()),
        FunctionArn: `${arnPrefix}f:${shown}`,
        MaximumRetryAttempts: 0,
        DestinationConfig: unset,
      })
      assert.deepEqual(await call(lambda, 'Get', named), config)
    }
    assert.deepEqual(await call(lambda, 'Get'), await call(lambda, 'Get', { Qualifier: '$LATEST' }))
    await call(lambda, 'Delete')
    await assert.rejects(call(lambda, 'Get'), absent('f:$LATEST'))
    await assert.rejects(call(lambda, 'Delete'), absent('f:$LATEST'))
    assert.ok(await call(lambda, 'Get', { Qualifier: '1' }))
  })

  test('sets something (observed)', async () => {
    await using lambda = await withFunction()
    for (const verb of ['Put', 'Update'] as const) {
      await assert.rejects(
        call(lambda, verb),
        invalid('You must specify at least one of error handling or destination setting.'),
      )
    }
    assert.ok(await call(lambda, 'Put', { DestinationConfig: {} }))
  })

  test('is one of something that is there (observed)', async () => {
    await using lambda = await withFunction()
    for (const FunctionName of ['nope', 'f:1', 'f:live']) {
      await assert.rejects(
        call(lambda, 'Put', { FunctionName, MaximumRetryAttempts: 1 }),
        refusal('ResourceNotFoundException', 404, "The function doesn't exist."),
      )
    }
    for (const verb of ['Update', 'Get', 'Delete'] as const) {
      await assert.rejects(
        call(lambda, verb, { FunctionName: 'nope', MaximumRetryAttempts: 1 }),
        absent('nope:$LATEST'),
      )
    }
  })
})

describe('a destination', () => {
  for (const arn of [queue, topic, bus]) {
    test(`may be ${arn}, which nobody looks up`, async () => {
      await using lambda = await withFunction()
      const both = {
        DestinationConfig: { OnSuccess: { Destination: arn }, OnFailure: { Destination: arn } },
      }
      const { DestinationConfig } = await call(lambda, 'Put', both)
      assert.deepEqual({ DestinationConfig }, both)
    })
  }

  test('may be a function, a version or an alias that is there', async () => {
    await using lambda = await withFunction()
    await lambda.create('g')
    await lambda.call('PublishVersion', { FunctionName: 'g' })
    await lambda.call('CreateAlias', { FunctionName: 'g', Name: 'live', FunctionVersion: '1' })
    for (const name of ['g', 'g:$LATEST', 'g:1', 'g:live']) {
      assert.ok(await call(lambda, 'Put', onSuccess(arnPrefix + name)))
    }
    for (const name of ['nope', 'g:2', 'g:dead']) {
      await assert.rejects(
        call(lambda, 'Put', onFailure(arnPrefix + name)),
        // observed
        invalid(`The destination ARN ${arnPrefix}${name} is invalid.`),
      )
    }
    // Only its owner knows whether it is there.
    const foreign = 'arn:aws:lambda:eu-west-1:210987654321:function:g'
    assert.ok(await call(lambda, 'Put', onSuccess(foreign)))
  })

  test('is not the function itself (observed)', async () => {
    await using lambda = await withFunction()
    await call(lambda, 'Put', { MaximumRetryAttempts: 1 })
    for (const verb of ['Put', 'Update'] as const) {
      for (const name of ['f', 'f:$LATEST']) {
        await assert.rejects(
          call(lambda, verb, onSuccess(arnPrefix + name)),
          invalid("You can't specify the function as a destination for itself."),
        )
      }
    }
    assert.deepEqual((await call(lambda, 'Get')).DestinationConfig, unset)
  })

  test('is of a service that can be one (observed)', async () => {
    await using lambda = await withFunction()
    const iam = 'arn:aws:iam:eu-west-1:123456789012:function:f'
    const words = (onSuccessText: string, onFailureText: string) =>
      `The provided destination config DestinationConfig(onSuccess=${onSuccessText}, onFailure=${onFailureText}) is invalid.`
    await assert.rejects(
      call(lambda, 'Put', onSuccess(iam)),
      invalid(words(`OnSuccess(destination=${iam})`, 'null')),
    )
    await assert.rejects(
      call(lambda, 'Put', {
        DestinationConfig: {
          OnSuccess: { Destination: queue },
          OnFailure: { Destination: 'kafka://topic' },
        },
      }),
      invalid(words(`OnSuccess(destination=${queue})`, 'OnFailure(destination=kafka://topic)')),
    )
    // Buckets keep records of failures alone (docs).
    await assert.rejects(call(lambda, 'Put', onSuccess(bucket)), invalid(/^The provided dest/))
    assert.ok(await call(lambda, 'Put', onFailure(bucket)))
  })

  const malformed = [
    `${queue}.fifo`,
    `${topic}.fifo`,
    'arn:aws:sqs:eu-west-1:123456789012:a/b',
    'arn:aws:events:eu-west-1:123456789012:rule/r',
    'arn:aws:s3:::b',
    'arn:aws:lambda:eu-west-1:123456789012:layer:l',
    'arn:aws:lambda:us-east-1:123456789012:function:g',
  ]
  for (const arn of malformed) {
    test(`is not ${arn}`, async () => {
      await using lambda = await withFunction()
      await assert.rejects(
        call(lambda, 'Put', onFailure(arn)),
        invalid(`The destination ARN ${arn} is invalid.`),
      )
    })
  }
})
