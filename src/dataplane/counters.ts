/** What the data plane counts: names, labels and help as docs/operations.md has them. */
import type { Counter, Metrics } from '../kernel/metrics.ts'
import type { DropCounters } from './logs/log-budget.ts'
import { type EndReason, endReasons } from './sandbox-ends.ts'

/**
 * The first four are `InvocationStatus`, as REPORT has it; `throttled` are those for which there was no room, `refused`
 * those that never came to run: the sandbox could not be started, or the server was stopping.
 */
const invocationResults = [
  'success',
  'failure',
  'error',
  'timeout',
  'throttled',
  'refused',
] as const
type InvocationResult = (typeof invocationResults)[number]

export class DataPlaneCounters {
  readonly invocations: Readonly<Record<InvocationResult, Counter>>
  readonly coldStarts: Readonly<Record<'pool' | 'new', Counter>>
  readonly sandboxEnds: Readonly<Record<EndReason, Counter>>
  readonly logDrops: DropCounters

  constructor(metrics: Metrics) {
    this.invocations = metrics.counters(
      'lambdad_invocations_total',
      'Invocations, by how they ended.',
      'result',
      invocationResults,
    )
    this.coldStarts = metrics.counters(
      'lambdad_cold_starts_total',
      'Environments started, by whether their sandbox had waited (pool) or had to be made (new).',
      'kind',
      ['pool', 'new'],
    )
    this.sandboxEnds = metrics.counters(
      'lambdad_sandbox_ends_total',
      'Sandboxes ended, waiting ones too, by reason.',
      'reason',
      Object.keys(endReasons) as EndReason[],
    )
    this.logDrops = {
      records: metrics.counter(
        'lambdad_log_dropped_records_total',
        'Lines left out of the logs of functions that logged too much.',
      ),
      bytes: metrics.counter(
        'lambdad_log_dropped_bytes_total',
        'Bytes of the lines left out of the logs of functions that logged too much.',
      ),
    }
  }
}
