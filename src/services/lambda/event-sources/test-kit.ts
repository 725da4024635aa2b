/** What the tests of event source mappings share. Not imported by anything else. */
import type { EventSourceMappingConfiguration } from '@aws-sdk/client-lambda'
import { openTestLambda } from '../test-support.ts'
import type { TestLambda } from '../test-support.ts'

export const queue = 'arn:aws:sqs:eu-west-1:123456789012:q'
export const stream = 'arn:aws:kinesis:eu-west-1:123456789012:stream/s'

export async function withFunction(): Promise<TestLambda> {
  const lambda = await openTestLambda()
  await lambda.create('f')
  return lambda
}

export function map(lambda: TestLambda, input: object): Promise<EventSourceMappingConfiguration> {
  return lambda.call<EventSourceMappingConfiguration>('CreateEventSourceMapping', {
    FunctionName: 'f',
    ...input,
  })
}

export function get(
  lambda: TestLambda,
  UUID: string | undefined,
): Promise<EventSourceMappingConfiguration> {
  return lambda.call<EventSourceMappingConfiguration>('GetEventSourceMapping', { UUID })
}

/** Waits until its change is done; undefined when it is gone. */
export async function settled(
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
