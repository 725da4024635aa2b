import type {
  DescribeSubscriptionFiltersRequest,
  DescribeSubscriptionFiltersResponse,
} from '@aws-sdk/client-cloudwatch-logs'
import type { Operation } from '../../../kernel/operation.ts'
import type { LogsDeps } from '../deps.ts'
import { requireGroup } from '../streams.ts'
import type { LogsTables } from '../tables.ts'

/** A group has none as long as PutSubscriptionFilter is not served: deploy tools ask before they put one. */
export function DescribeSubscriptionFilters(
  service: LogsDeps,
): Operation<DescribeSubscriptionFiltersRequest, DescribeSubscriptionFiltersResponse> {
  return async ({ logGroupName }, context) => {
    await service.flush()
    await requireGroup(service.store.reader<LogsTables>(), { logGroupName }, context)
    return { subscriptionFilters: [] }
  }
}
