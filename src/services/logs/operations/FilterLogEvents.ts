import type {
  FilterLogEventsRequest,
  FilterLogEventsResponse,
} from '@aws-sdk/client-cloudwatch-logs'
import type { Operation } from '../../../kernel/operation.ts'
import type { LogsDeps } from '../deps.ts'
import { type Position, earlier, endOfTime, eventId, later, startOf } from '../events/position.ts'
import { readEvents } from '../events/read-events.ts'
import type { EventDb, EventTables, StreamSelection } from '../events/tables.ts'
import { newestFirstSinceMs, pageEventsMax, patternCostFree, scanBytesMax } from '../limits.ts'
import { invalid, noStream } from '../rules.ts'
import { compileFilterPattern } from '../patterns/filter-pattern.ts'
import { type LogGroup, expiredBefore } from '../state.ts'
import { requireGroup } from '../streams.ts'
import { findStreams } from '../tables.ts'
import { filterToken, readFilterToken } from '../tokens.ts'

/**
 * Events of many streams in the order of their time. `interleaved` is ignored, as on AWS; `unmask` has nothing
 * to unmask, for there is no data protection. A page may be empty and still have a `nextToken`.
 */
export function FilterLogEvents(
  service: LogsDeps,
): Operation<FilterLogEventsRequest, FilterLogEventsResponse> {
  return async (input, context) => {
    const { startTime = 0, endTime, limit = pageEventsMax } = input
    checkInput(input)
    const pattern = compileFilterPattern(input.filterPattern)
    const token = input.nextToken === undefined ? undefined : readFilterToken(input.nextToken)
    const direction = token?.direction ?? (input.startFromHead === false ? 'backward' : 'forward')
    await service.flush()
    const db = service.store.reader<EventTables>()
    const group = await requireGroup(db, input, context)
    const expiredMs = expiredBefore(group, service.clock.nowMs())
    // Unlike that of GetLogEvents, this `endTime` is inclusive (API reference).
    const high = endTime === undefined ? endOfTime : startOf(endTime + 1)
    const page = await readEvents(db, {
      streams: await selectStreams(db, group, input),
      direction,
      ...within(startOf(Math.max(startTime, expiredMs)), high, direction, token?.last),
      limit,
      matches: (message) => pattern.matches(message),
      // What a call may cost, not what it may read, is what keeps others from waiting for it.
      scanBytesMax: scanBytesMax / Math.max(1, pattern.cost / patternCostFree),
    })
    return {
      events: page.events.map((event) => ({
        logStreamName: event.streamName,
        timestamp: event.timestamp,
        message: event.message,
        ingestionTime: event.ingestionMs,
        eventId: eventId(event),
      })),
      // Always empty since 2020 (API reference).
      searchedLogStreams: [],
      ...(page.last && !page.complete ? { nextToken: filterToken(direction, page.last) } : {}),
    }
  }
}

/** Our words. */
function checkInput(input: FilterLogEventsRequest): void {
  const { logStreamNames, logStreamNamePrefix, startFromHead, startTime = 0, nextToken } = input
  if (logStreamNames !== undefined && logStreamNamePrefix !== undefined) {
    throw invalid('Specify either logStreamNames or logStreamNamePrefix, and not both.')
  }
  // With a token, it is the token that tells the direction.
  if (startFromHead === false && nextToken === undefined && startTime < newestFirstSinceMs) {
    throw invalid('startFromHead false needs a startTime on or after Jan 1, 2024 00:00:00 UTC.')
  }
}

async function selectStreams(
  db: EventDb,
  group: LogGroup,
  { logStreamNames, logStreamNamePrefix }: FilterLogEventsRequest,
): Promise<StreamSelection> {
  if (logStreamNames === undefined) return { groupId: group.id, prefix: logStreamNamePrefix }
  const names = new Set(logStreamNames)
  const streams = await findStreams(db, group, [...names])
  if (streams.length < names.size) throw noStream()
  return { streamIds: streams.map((stream) => stream.id) }
}

function within(low: Position, high: Position, direction: string, last: Position | undefined) {
  if (!last) return { low, high }
  const { timestamp, streamId, sequence } = last
  return direction === 'forward'
    ? { low: later(low, { timestamp, streamId, sequence: sequence + 1 }), high }
    : { low, high: earlier(high, last) }
}
