/** What the model cannot express about metric filters. Texts are ours unless a comment says otherwise. */
import type { MetricTransformation, PutMetricFilterRequest } from '@aws-sdk/client-cloudwatch-logs'
import { ServiceError } from '../../kernel/errors.ts'
import type { MetricFilterRecord } from './filter-tables.ts'
import { metricDimensionsMax, metricFiltersMax, metricFiltersWithRegexMax } from './limits.ts'
import type { FilterPattern } from './patterns/filter-pattern.ts'
import { invalid, unserved } from './rules.ts'

/** @throws ServiceError for what has no effect: there are no transformers, and no logs of other accounts. */
export function refuseUnserved(input: PutMetricFilterRequest): void {
  if (input.applyOnTransformedLogs === true) throw unserved('applyOnTransformedLogs')
  if (input.fieldSelectionCriteria !== undefined) throw unserved('fieldSelectionCriteria')
  if (input.emitSystemFieldDimensions !== undefined) throw unserved('emitSystemFieldDimensions')
}

/** @throws ServiceError */
export function checkTransformation(
  { metricValue = '', defaultValue, dimensions = {} }: MetricTransformation,
  pattern: FilterPattern,
): void {
  const isValue = metricValue.startsWith('$') || Number.isFinite(Number(metricValue || NaN))
  if (!isValue) {
    throw invalid(
      `Invalid metric transformation: metricValue ${metricValue} is neither a number nor a field.`,
    )
  }
  const names = Object.keys(dimensions)
  if (names.length === 0) return
  // Observed, both.
  if (defaultValue !== undefined) {
    throw invalid(
      'Invalid metric transformation: dimensions and default value are mutually exclusive properties.',
    )
  }
  if (pattern.kind !== 'json' && pattern.kind !== 'delimited') {
    throw invalid('The specified filter pattern does not support dimensions')
  }
  if (names.length > metricDimensionsMax) {
    throw invalid(
      `Invalid metric transformation: at most ${metricDimensionsMax} dimensions are possible.`,
    )
  }
}

/**
 * @param others the group's metric filters but for the one that is replaced.
 * @throws ServiceError
 */
export function checkQuota(others: readonly MetricFilterRecord[], regexes: number): void {
  if (others.length >= metricFiltersMax) throw limitExceeded(`${metricFiltersMax} metric filters`)
  const withRegex = others.filter((other) => other.regexes > 0).length
  if (regexes > 0 && withRegex >= metricFiltersWithRegexMax) {
    throw limitExceeded(`${metricFiltersWithRegexMax} filters with regular expressions`)
  }
}

function limitExceeded(what: string): ServiceError {
  return new ServiceError('LimitExceededException', `A log group has at most ${what}.`)
}

export function noMetricFilter(): ServiceError {
  return new ServiceError(
    'ResourceNotFoundException',
    'The specified metric filter does not exist.',
  )
}
