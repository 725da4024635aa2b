import type {
  TestMetricFilterRequest,
  TestMetricFilterResponse,
} from '@aws-sdk/client-cloudwatch-logs'
import type { Operation } from '../../../kernel/operation.ts'
import { compileFilterPattern } from '../patterns/filter-pattern.ts'

/** Events are numbered from 0 (API reference). */
export function TestMetricFilter(): Operation<TestMetricFilterRequest, TestMetricFilterResponse> {
  return ({ filterPattern, logEventMessages = [] }) => {
    const pattern = compileFilterPattern(filterPattern)
    return {
      matches: logEventMessages.flatMap((eventMessage, eventNumber) => {
        const extractedValues = pattern.extract(eventMessage)
        return extractedValues ? [{ eventNumber, eventMessage, extractedValues }] : []
      }),
    }
  }
}
