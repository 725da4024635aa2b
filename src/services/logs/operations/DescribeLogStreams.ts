import type {
  DescribeLogStreamsRequest,
  DescribeLogStreamsResponse,
  LogStream as LogStreamOutput,
} from '@aws-sdk/client-cloudwatch-logs'
import type { Operation } from '../../../kernel/operation.ts'
import type { LogsDeps } from '../deps.ts'
import { eventId } from '../events/position.ts'
import { describePageMax } from '../limits.ts'
import { streamArn } from '../names.ts'
import { invalid } from '../rules.ts'
import type { LogGroup, LogStream } from '../state.ts'
import { requireGroup } from '../streams.ts'
import { type LogsTables, type StreamListing, listStreams } from '../tables.ts'
import { listToken, readListToken } from '../tokens.ts'

export function DescribeLogStreams(
  service: LogsDeps,
): Operation<DescribeLogStreamsRequest, DescribeLogStreamsResponse> {
  return async (input, context) => {
    const { logStreamNamePrefix: prefix, descending = false, limit = describePageMax } = input
    const by = input.orderBy === 'LastEventTime' ? 'lastEvent' : 'name'
    if (by === 'lastEvent' && prefix !== undefined) {
      throw invalid('Cannot order by LastEventTime with a logStreamNamePrefix.')
    }
    // A token of one order has no meaning in another.
    const kind = `streams by ${by}${descending ? ', descending' : ''}`
    const after = input.nextToken === undefined ? undefined : readAfter(kind, input.nextToken)
    await service.flush()
    const db = service.store.reader<LogsTables>()
    const group = await requireGroup(db, input, context)
    const found = await listStreams(db, group, { by, prefix, descending, after, limit: limit + 1 })
    const streams = found.slice(0, limit)
    const last = streams.at(-1)
    return {
      logStreams: streams.map((stream) => describe(group, stream)),
      ...(last && found.length > limit
        ? { nextToken: listToken(kind, last.events?.lastMs ?? -1, last.name) }
        : {}),
    }
  }
}

function readAfter(kind: string, token: string): StreamListing['after'] {
  const [lastMs, name] = readListToken(kind, ['number', 'string'], token)
  return { lastMs, name }
}

function describe(group: LogGroup, stream: LogStream): LogStreamOutput {
  const { id, name, createdMs, events, nextSequence } = stream
  return {
    logStreamName: name,
    creationTime: createdMs,
    arn: streamArn(group, group.name, name),
    // Deprecated: always zero for streams (API reference).
    storedBytes: 0,
    ...(events && {
      firstEventTimestamp: events.firstMs,
      lastEventTimestamp: events.lastMs,
      lastIngestionTime: events.lastIngestionMs,
      // Without meaning, but older clients hand it to PutLogEvents.
      uploadSequenceToken: eventId({
        timestamp: events.lastIngestionMs,
        streamId: id,
        sequence: nextSequence,
      }),
    }),
  }
}
