import type { DeleteMetricFilterRequest } from '@aws-sdk/client-cloudwatch-logs'
import type { Operation } from '../../../kernel/operation.ts'
import type { LogsDeps } from '../deps.ts'
import { deleteMetricFilter } from '../filter-tables.ts'
import { noMetricFilter } from '../metric-filter-rules.ts'
import { requireGroup } from '../streams.ts'
import type { LogsTables } from '../tables.ts'

export function DeleteMetricFilter(
  service: LogsDeps,
): Operation<DeleteMetricFilterRequest, object> {
  return async ({ logGroupName, filterName = '' }, context) => {
    await service.flush()
    await service.store.transaction<LogsTables, void>('LOGS:DELETE_METRIC_FILTER', async (db) => {
      const group = await requireGroup(db, { logGroupName }, context)
      if (!(await deleteMetricFilter(db, group, filterName))) throw noMetricFilter()
    })
    return {}
  }
}
