import type { StartLiveTailRequest, StartLiveTailResponse } from '@aws-sdk/client-cloudwatch-logs'
import type { Scope } from '../../../kernel/brand.ts'
import { ServiceError } from '../../../kernel/errors.ts'
import { newUuid } from '../../../kernel/ids.ts'
import type { Operation } from '../../../kernel/operation.ts'
import type { LogsDeps } from '../deps.ts'
import { tailSessionsMax } from '../limits.ts'
import { LiveTailSession } from '../live-tail/session.ts'
import { compileFilterPattern } from '../patterns/filter-pattern.ts'
import { checkStandard, invalid } from '../rules.ts'
import { requireGroup } from '../streams.ts'
import type { LogsTables } from '../tables.ts'

/** The session begins with the answer: what was stored before is not in it. */
export function StartLiveTail(
  service: LogsDeps,
): Operation<StartLiveTailRequest, StartLiveTailResponse> {
  return async (input, context) => {
    const { logGroupIdentifiers = [], logStreamNames, logStreamNamePrefixes } = input
    const { logEventFilterPattern } = input
    checkStreams(input)
    const pattern = compileFilterPattern(logEventFilterPattern)
    const groups = await findGroups(service, context, logGroupIdentifiers)
    const { clock, tails } = service
    if (tails.countIn(context) >= tailSessionsMax) {
      // The code is the model's, the words are ours.
      throw new ServiceError(
        'LimitExceededException',
        `There are ${tailSessionsMax} Live Tail sessions of this account already.`,
      )
    }
    const { account, region, requestId } = context
    const start = {
      requestId,
      sessionId: newUuid(),
      logGroupIdentifiers,
      ...(logStreamNames === undefined ? {} : { logStreamNames }),
      ...(logStreamNamePrefixes === undefined ? {} : { logStreamNamePrefixes }),
      ...(logEventFilterPattern === undefined ? {} : { logEventFilterPattern }),
    }
    const scope = { account, region }
    const responseStream = new LiveTailSession({ clock, tails, scope, groups, pattern, start })
    return { responseStream }
  }
}

/** Facts: API reference. Our words. */
function checkStreams(input: StartLiveTailRequest): void {
  const { logGroupIdentifiers = [], logStreamNames, logStreamNamePrefixes } = input
  if (logStreamNames !== undefined && logStreamNamePrefixes !== undefined) {
    throw invalid('Specify either logStreamNames or logStreamNamePrefixes, and not both.')
  }
  const narrows = logStreamNames !== undefined || logStreamNamePrefixes !== undefined
  if (narrows && logGroupIdentifiers.length > 1) {
    throw invalid('Log streams can be specified for a single log group only.')
  }
}

async function findGroups(
  service: LogsDeps,
  scope: Scope,
  identifiers: readonly string[],
): Promise<string[]> {
  // A group that a function's lines are about to make exists already.
  await service.flush()
  const db = service.store.reader<LogsTables>()
  const groups = await Promise.all(
    identifiers.map((logGroupIdentifier) => requireGroup(db, { logGroupIdentifier }, scope)),
  )
  for (const group of groups) checkStandard(group, 'Live Tail')
  return [...new Set(groups.map((group) => group.name))]
}
