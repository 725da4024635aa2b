import type {
  DescribeMetricFiltersRequest,
  DescribeMetricFiltersResponse,
} from '@aws-sdk/client-cloudwatch-logs'
import type { Operation } from '../../../kernel/operation.ts'
import type { LogsDeps } from '../deps.ts'
import { type MetricFilterListing, listMetricFilters } from '../filter-tables.ts'
import { describePageMax } from '../limits.ts'
import { invalid } from '../rules.ts'
import { requireGroup } from '../streams.ts'
import type { LogsTables } from '../tables.ts'
import { listToken, readListToken } from '../tokens.ts'

/** `filterNamePrefix` counts only together with `logGroupName` (API reference). */
export function DescribeMetricFilters(
  service: LogsDeps,
): Operation<DescribeMetricFiltersRequest, DescribeMetricFiltersResponse> {
  return async (input, context) => {
    const { logGroupName, filterNamePrefix, nextToken, limit = describePageMax } = input
    const metric = metricOf(input)
    const after = nextToken === undefined ? undefined : readAfter(nextToken)
    await service.flush()
    const db = service.store.reader<LogsTables>()
    const group =
      logGroupName === undefined ? undefined : await requireGroup(db, { logGroupName }, context)
    const prefix = group && filterNamePrefix
    const listing = { group, prefix, metric, after, limit: limit + 1 }
    const found = await listMetricFilters(db, context, listing)
    const filters = found.slice(0, limit)
    const last = filters.at(-1)
    return {
      metricFilters: filters.map((filter) => ({
        filterName: filter.name,
        filterPattern: filter.pattern,
        metricTransformations: [filter.transformation],
        creationTime: filter.createdMs,
        logGroupName: filter.logGroupName,
        applyOnTransformedLogs: false,
      })),
      ...(last && found.length > limit
        ? { nextToken: listToken(kind, last.name, last.logGroupName) }
        : {}),
    }
  }
}

const kind = 'metric filters'

function readAfter(token: string): MetricFilterListing['after'] {
  const [name, logGroupName] = readListToken(kind, ['string', 'string'], token)
  return { name, logGroupName }
}

/** @throws ServiceError when there is one of the two without the other. Our words. */
function metricOf(input: DescribeMetricFiltersRequest): MetricFilterListing['metric'] {
  const { metricNamespace: namespace, metricName: name } = input
  if ((namespace === undefined) !== (name === undefined)) {
    throw invalid('metricName and metricNamespace must be specified together.')
  }
  return namespace === undefined || name === undefined ? undefined : { namespace, name }
}
