import type { PutLogEventsRequest, PutLogEventsResponse } from '@aws-sdk/client-cloudwatch-logs'
import type { Operation } from '../../../kernel/operation.ts'
import { StoreError } from '../../../store/store.ts'
import type { LogsDeps } from '../deps.ts'
import { encodeChunks } from '../events/chunk.ts'
import { eventId } from '../events/position.ts'
import { ChunkAppender, type EventTables } from '../events/tables.ts'
import { checkBatch, noStream, readBatch } from '../rules.ts'
import { expiredBefore } from '../state.ts'
import { requireGroup, requireStream } from '../streams.ts'
import type { LogsTables } from '../tables.ts'

/**
 * The events are on disk, synced, when the answer goes out. `sequenceToken` is ignored, as on AWS; an `entity`
 * is answered with AWS's own way of not taking one.
 */
export function PutLogEvents(
  service: LogsDeps,
): Operation<PutLogEventsRequest, PutLogEventsResponse> {
  const { store, clock } = service
  const appender = new ChunkAppender(store.reader<EventTables>())
  return async (input, context) => {
    const { logGroupName, logStreamName, logEvents, entity } = input
    const nowMs = clock.nowMs()
    const batch = readBatch(logEvents ?? [])
    // The stream may be one that a function's lines are about to make.
    await service.flush()
    const db = store.reader<LogsTables>()
    const group = await requireGroup(db, { logGroupName }, context)
    const stream = await requireStream(db, group, logStreamName as string)
    const expiredMs = expiredBefore(group, nowMs)
    const { times, messages, rejected } = checkBatch(batch, nowMs, expiredMs)
    const chunks = encodeChunks(times, messages).map((chunk) => ({
      streamId: stream.id,
      groupId: group.id,
      ingestionMs: nowMs,
      chunk,
    }))
    try {
      await store.write('LOGS:PUT_EVENTS', appender.statements(chunks))
    } catch (error) {
      if (error instanceof StoreError && error.reason === 'constraint') throw noStream()
      throw error
    }
    const told = { group: group.name, stream: stream.name, times, messages }
    service.tails.tell({ scope: context, ...told, ingestionMs: nowMs })
    const sequence = stream.nextSequence + times.length
    return {
      // Deprecated and without meaning, but older clients wait for one.
      nextSequenceToken: eventId({ timestamp: nowMs, streamId: stream.id, sequence }),
      ...(rejected ? { rejectedLogEventsInfo: rejected } : {}),
      ...(entity ? { rejectedEntityInfo: { errorType: 'UnsupportedLogGroupType' } } : {}),
    }
  }
}
