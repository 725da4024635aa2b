import type {
  DescribeLogGroupsRequest,
  DescribeLogGroupsResponse,
  LogGroup as LogGroupOutput,
} from '@aws-sdk/client-cloudwatch-logs'
import type { Scope } from '../../../kernel/brand.ts'
import type { Operation } from '../../../kernel/operation.ts'
import type { LogsDeps } from '../deps.ts'
import { describePageMax } from '../limits.ts'
import { groupArn, nameOfIdentifier } from '../names.ts'
import { invalid } from '../rules.ts'
import type { LogGroup, LogGroupClass } from '../state.ts'
import { type GroupFilter, type LogsTables, listGroups } from '../tables.ts'
import { listToken, readListToken } from '../tokens.ts'

export function DescribeLogGroups(
  service: LogsDeps,
): Operation<DescribeLogGroupsRequest, DescribeLogGroupsResponse> {
  return async (input, context) => {
    const filter = filterOf(input, context)
    const limit = input.limit ?? describePageMax
    const [after] =
      input.nextToken === undefined ? [''] : readListToken('groups', ['string'], input.nextToken)
    // Every group here is of the caller's own account: none can be linked.
    const { accountIdentifiers: accounts = [] } = input
    const isElsewhere = accounts.length > 0 && !accounts.includes(context.account)
    if (isElsewhere || filter.classes?.length === 0) return { logGroups: [] }
    await service.flush()
    const db = service.store.reader<LogsTables>()
    const found = await listGroups(db, context, filter, after, limit + 1)
    const groups = found.slice(0, limit)
    const last = groups.at(-1)
    return {
      logGroups: groups.map(filter.part === undefined ? describe : describeBriefly),
      ...(last && found.length > limit ? { nextToken: listToken('groups', last.name) } : {}),
    }
  }
}

/** Asked for one of the two cheaper classes, both come (API reference); there are no groups of the class DELIVERY. */
const classesLike: Readonly<Record<string, readonly LogGroupClass[]>> = {
  STANDARD: ['STANDARD'],
  INFREQUENT_ACCESS: ['INFREQUENT_ACCESS', 'ESSENTIALS'],
  ESSENTIALS: ['INFREQUENT_ACCESS', 'ESSENTIALS'],
  DELIVERY: [],
}

/** @throws ServiceError when filters are combined that AWS does not combine. */
function filterOf(input: DescribeLogGroupsRequest, scope: Scope): GroupFilter {
  const { logGroupNamePrefix, logGroupNamePattern, logGroupIdentifiers, logGroupClass } = input
  // Our words.
  if (logGroupNamePrefix !== undefined && logGroupNamePattern !== undefined) {
    throw invalid('logGroupNamePrefix and logGroupNamePattern are mutually exclusive.')
  }
  if (logGroupIdentifiers === undefined) {
    const classes = logGroupClass && classesLike[logGroupClass]
    return { prefix: logGroupNamePrefix, part: logGroupNamePattern, classes }
  }
  const others = [logGroupNamePrefix, logGroupNamePattern, logGroupClass, input.accountIdentifiers]
  if (others.some((other) => other !== undefined)) {
    throw invalid('logGroupIdentifiers can be combined with includeLinkedAccounts only.')
  }
  return { names: logGroupIdentifiers.map((identifier) => nameOfIdentifier(identifier, scope)) }
}

function describe(group: LogGroup): LogGroupOutput {
  return {
    ...describeBriefly(group),
    ...(group.retentionDays === undefined ? {} : { retentionInDays: group.retentionDays }),
    metricFilterCount: group.metricFilterCount,
    storedBytes: group.storedBytes,
    logGroupClass: group.logGroupClass,
    logGroupArn: groupArn(group, group.name),
    deletionProtectionEnabled: group.isProtected,
  }
}

/** With a name pattern, the answer has these members only (API reference). */
function describeBriefly(group: LogGroup): LogGroupOutput {
  return {
    logGroupName: group.name,
    creationTime: group.createdMs,
    arn: `${groupArn(group, group.name)}:*`,
  }
}
