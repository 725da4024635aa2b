/** What else is refused: PutFunctionEventInvokeConfig.test.ts. Expected values by origin: docs, observed. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { FunctionEventInvokeConfig } from '@aws-sdk/client-lambda'
import { arnPrefix, openTestLambda, refusal } from '../test-support.ts'
import type { TestLambda } from '../test-support.ts'

const call = (lambda: TestLambda, verb: string, changes: object = {}) =>
  lambda.call<FunctionEventInvokeConfig>(`${verb}FunctionEventInvokeConfig`, {
    FunctionName: 'f',
    ...changes,
  })

function absent(name: string) {
  const words = `The function ${arnPrefix}${name} doesn't have an EventInvokeConfig`
  return refusal('ResourceNotFoundException', 404, words)
}

const queue = 'arn:aws:sqs:eu-west-1:123456789012:queue'
const bucket = 'arn:aws:s3:::bucket'
const topic = 'arn:aws:sns:eu-west-1:123456789012:topic'

const onSuccess = (Destination: string) => ({
  DestinationConfig: { OnSuccess: { Destination } },
})
const onFailure = (Destination: string) => ({
  DestinationConfig: { OnFailure: { Destination } },
})

test('a configuration is replaced by Put, and changed by Update (docs)', async () => {
  await using lambda = await openTestLambda()
  await lambda.create('f')
  await assert.rejects(call(lambda, 'Update', { MaximumRetryAttempts: 1 }), absent('f:$LATEST'))
  await call(lambda, 'Put', { MaximumRetryAttempts: 1, ...onSuccess(queue) })
  lambda.clock.advance(1_500)
  const updated = await call(lambda, 'Update', {
    MaximumEventAgeInSeconds: 60,
    ...onFailure(bucket),
  })
  assert.deepEqual(updated, {
    LastModified: new Date(lambda.clock.nowMs()),
    FunctionArn: `${arnPrefix}f:$LATEST`,
    MaximumRetryAttempts: 1,
    MaximumEventAgeInSeconds: 60,
    DestinationConfig: { OnSuccess: { Destination: queue }, OnFailure: { Destination: bucket } },
  })
  // An empty destination clears.
  const cleared = await call(lambda, 'Update', onSuccess(''))
  assert.deepEqual(cleared.DestinationConfig, {
    OnSuccess: {},
    OnFailure: { Destination: bucket },
  })
  const replaced = await call(lambda, 'Put', onSuccess(topic))
  assert.equal('MaximumRetryAttempts' in replaced, false)
  assert.equal('MaximumEventAgeInSeconds' in replaced, false)
  assert.deepEqual(replaced.DestinationConfig, {
    OnSuccess: { Destination: topic },
    OnFailure: {},
  })
  assert.deepEqual(await call(lambda, 'Get'), replaced)
})
