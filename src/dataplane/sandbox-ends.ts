/**
 * Why sandboxes end: every one that was made, with a function or still waiting for one, is told of here once, in the
 * server's log and in what it counts.
 *
 * Not every reason is anybody's fault. What a function brings upon itself is in its own log, with more words; here it
 * is of interest to whoever runs the machine. Called by: execution-environment.ts, sandbox-pool.ts.
 */
import type { FunctionArn } from '../kernel/brand.ts'
import type { Log } from '../kernel/log.ts'
import type { Counter } from '../kernel/metrics.ts'
import type { SandboxId } from '../sandbox/sandbox.ts'

/** By the name that metrics and logs have for it, in words: "it ...". docs/operations.md says more. */
export const endReasons = {
  // Of one that has a function, in its own time.
  idle: 'was idle for too long',
  age: 'has lived long enough',
  evicted: 'made room for another function',
  updated: 'served a revision that was replaced',
  deleted: 'served a function that was deleted',
  // By what its function did.
  timeout: 'took longer than the function may',
  crash: 'ended by itself',
  oom: 'used more memory than the function may',
  'init-error': 'did not become ready',
  'init-timeout': 'did not become ready in time',
  // While it waited for a function.
  'pool-unwanted': 'waited, and nobody asked for it',
  'pool-room': 'waited, and made room for others that are asked for',
  'pool-budget': 'waited, and used more memory than was thought',
  'pool-crash': 'ended by itself while it waited',
  // By this machine.
  'failed-to-start': 'could not be started',
  'failed-to-assign': 'waited, and could not be given its function',
  'sandbox-error': 'failed as a sandbox',
  shutdown: 'ended with the server',
} as const

export type EndReason = keyof typeof endReasons

/** Those that somebody should look into: the machine's, never a function's. */
const alarming: ReadonlySet<EndReason> = new Set([
  'pool-crash',
  'failed-to-start',
  'failed-to-assign',
  'sandbox-error',
])

export interface SandboxEnd {
  readonly reason: EndReason
  /** None when it was never made. */
  readonly sandbox?: SandboxId | undefined
  /** None while it waited. */
  readonly function?: FunctionArn | undefined
  /** What exactly happened. */
  readonly detail?: string | undefined
}

export class SandboxEnds {
  readonly #log: Log
  readonly #counters: Readonly<Record<EndReason, Counter>>

  constructor(log: Log, counters: Readonly<Record<EndReason, Counter>>) {
    this.#log = log
    this.#counters = counters
  }

  /** Once for each. */
  tell(end: SandboxEnd): void {
    this.#counters[end.reason].value += 1
    const level = alarming.has(end.reason) ? 'warn' : 'debug'
    const known = Object.entries(end).filter(([, value]) => value !== undefined)
    this.#log[level](Object.fromEntries(known), `a sandbox ${endReasons[end.reason]}`)
  }
}
