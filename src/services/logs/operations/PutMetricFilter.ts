import type { PutMetricFilterRequest } from '@aws-sdk/client-cloudwatch-logs'
import type { Operation } from '../../../kernel/operation.ts'
import type { LogsDeps } from '../deps.ts'
import { listMetricFilters, putMetricFilter } from '../filter-tables.ts'
import { metricFiltersMax } from '../limits.ts'
import { checkQuota, checkTransformation, refuseUnserved } from '../metric-filter-rules.ts'
import { compileFilterPattern } from '../patterns/filter-pattern.ts'
import { checkStandard, invalid } from '../rules.ts'
import { requireGroup } from '../streams.ts'
import type { LogsTables } from '../tables.ts'

/** Kept and given back; metrics come of it once there is a service that keeps metrics (README). */
export function PutMetricFilter(service: LogsDeps): Operation<PutMetricFilterRequest, object> {
  return async (input, context) => {
    const { logGroupName, filterName: name = '', filterPattern: pattern = '' } = input
    const [transformation] = input.metricTransformations ?? []
    // The model wants exactly one.
    if (!transformation) throw invalid('metricTransformations is empty.')
    refuseUnserved(input)
    const compiled = compileFilterPattern(pattern)
    checkTransformation(transformation, compiled)
    await service.flush()
    await service.store.transaction<LogsTables, void>('LOGS:PUT_METRIC_FILTER', async (db) => {
      const group = await requireGroup(db, { logGroupName }, context)
      checkStandard(group, 'A metric filter')
      const all = await listMetricFilters(db, context, { group, limit: metricFiltersMax + 1 })
      const others = all.filter((other) => other.name !== name)
      checkQuota(others, compiled.regexes)
      const before = all.find((other) => other.name === name)
      await putMetricFilter(db, group, {
        name,
        logGroupName: group.name,
        createdMs: before?.createdMs ?? service.clock.nowMs(),
        pattern,
        regexes: compiled.regexes,
        transformation,
      })
    })
    return {}
  }
}
