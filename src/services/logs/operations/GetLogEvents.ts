import type { GetLogEventsRequest, GetLogEventsResponse } from '@aws-sdk/client-cloudwatch-logs'
import type { Operation } from '../../../kernel/operation.ts'
import type { LogsDeps } from '../deps.ts'
import { endOfTime, numberOf, positionOf, startOf, earlier, later } from '../events/position.ts'
import { readEvents } from '../events/read-events.ts'
import type { EventTables } from '../events/tables.ts'
import { pageEventsMax, scanBytesMax } from '../limits.ts'
import { type LogEvent, expiredBefore } from '../state.ts'
import { requireGroup, requireStream } from '../streams.ts'
import { type EventToken, eventToken, invalidToken, readEventToken } from '../tokens.ts'

/**
 * The events of a page are oldest first, whichever way it was reached. Its tokens lead on from both of its ends;
 * where there is nothing more, a token comes back unchanged.
 */
export function GetLogEvents(
  service: LogsDeps,
): Operation<GetLogEventsRequest, GetLogEventsResponse> {
  return async (input, context) => {
    const { startTime = 0, endTime, startFromHead = false, limit = pageEventsMax } = input
    const token = input.nextToken === undefined ? undefined : readEventToken(input.nextToken)
    const direction = token?.direction ?? (startFromHead ? 'forward' : 'backward')
    await service.flush()
    const db = service.store.reader<EventTables>()
    const group = await requireGroup(db, input, context)
    const stream = await requireStream(db, group, input.logStreamName as string)
    const expiredMs = expiredBefore(group, service.clock.nowMs())
    const low = startOf(Math.max(startTime, expiredMs))
    const high = endTime === undefined ? endOfTime : startOf(endTime)
    const page = await readEvents(db, {
      streams: { streamIds: [stream.id] },
      direction,
      ...within(low, high, token),
      limit,
      matches: () => true,
      scanBytesMax,
    })
    const events = direction === 'forward' ? page.events : page.events.toReversed()
    return {
      events: events.map(({ timestamp, message, ingestionMs }) => ({
        timestamp,
        message,
        ingestionTime: ingestionMs,
      })),
      ...tokensOf(events, token, numberOf(low)),
    }
  }
}

function within(low: typeof endOfTime, high: typeof endOfTime, token: EventToken | undefined) {
  if (!token) return { low, high }
  // The first position after the event, or the event itself, which is the first that is not wanted.
  const bound = positionOf(token.direction === 'forward' ? token.number + 1n : token.number)
  if (!bound) throw invalidToken()
  return token.direction === 'forward'
    ? { low: later(low, bound), high }
    : { low, high: earlier(high, bound) }
}

/** `f/n` stands for what comes after the event of that number, `b/n` for what came before it. */
function tokensOf(events: readonly LogEvent[], token: EventToken | undefined, start: bigint) {
  const first = events[0]
  const last = events.at(-1)
  if (first && last) return tokens(numberOf(last), numberOf(first))
  if (!token) return tokens(start, start)
  const { direction, number } = token
  // The other token leads back to the event that this one stands at.
  return direction === 'forward' ? tokens(number, number + 1n) : tokens(number - 1n, number)
}

function tokens(after: bigint, before: bigint) {
  return {
    nextForwardToken: eventToken('forward', after < 0n ? 0n : after),
    nextBackwardToken: eventToken('backward', before),
  }
}
