import type { DeleteSubscriptionFilterRequest } from '@aws-sdk/client-cloudwatch-logs'
import { ServiceError } from '../../../kernel/errors.ts'
import type { Operation } from '../../../kernel/operation.ts'
import type { LogsDeps } from '../deps.ts'
import { requireGroup } from '../streams.ts'
import type { LogsTables } from '../tables.ts'

/** There is never one to delete: see DescribeSubscriptionFilters. */
export function DeleteSubscriptionFilter(
  service: LogsDeps,
): Operation<DeleteSubscriptionFilterRequest, object> {
  return async ({ logGroupName }, context) => {
    await service.flush()
    await requireGroup(service.store.reader<LogsTables>(), { logGroupName }, context)
    throw new ServiceError(
      'ResourceNotFoundException',
      'The specified subscription filter does not exist.',
    )
  }
}
