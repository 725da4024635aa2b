/**
 * How many shares of the processors each environment has: many while its invocations are brief, none of its own while
 * it computes beside such and for a minute after, one otherwise; and whether it lets others finish what they do.
 *
 * With equal shares, one that needs 20 µs of a processor at each of many calls has soon used up its own, and waits for
 * neighbours that take all they get, until the kernel's next tick: milliseconds. Many shares, of which it needs few,
 * make that seldom; what ends it are neighbours without shares, whom the kernel puts aside at once. So those who compute
 * yield, but only as long as that costs them little. Invariants:
 * - they yield while at least half of the processors is theirs, and as long as it is fair that all get the same, which
 *   they do without shares: all have the same memory, or each gets what it would have on AWS;
 * - as many environments as there are processors have `favouredShares` each at most, and the more there are the fewer
 *   they have together, down to one each;
 * so neighbours that compute always go on.
 *
 * A brief environment that is woken pushes aside whoever runs: with more such invocations under way than processors,
 * mostly the server, another such, or a client, all of whom would be done in microseconds. So then it lets them finish,
 * unless some environment computes, or the processors are so busy that somebody else does: for those it would wait until
 * the kernel's next tick. One server has one of these. Called by: environment-pace.ts; dataplane.ts
 * calls `sweep`.
 */
import { memoryMbPerCpu } from '../sandbox/limits.ts'
import type { EnvironmentPace } from './environment-pace.ts'
import { favouredShares, freshLooksMax, spareMin, waitForMs, yieldForMs } from './limits.ts'

/** What is known of its invocations: that they are brief, that they are not, or neither yet. */
export type Kind = 'brief' | 'computing' | 'fresh'

export class Favours {
  /** How much of a processor each has used of late: 1 is all of it. */
  readonly #brief = new Map<EnvironmentPace, number>()
  readonly #fresh = new Map<EnvironmentPace, number>()
  readonly #computing = new Set<EnvironmentPace>()
  readonly #processors: number
  #yielding = false
  #briefAtMs = -Infinity
  readonly #idleMs: () => number | undefined
  #idled: { readonly atMs: number; readonly idleMs: number | undefined } | undefined
  #waiting = false
  /** When the last invocations came. */
  #cameAtMs = -Infinity

  /** @param idleMs what all processors together have idled so far; undefined when nobody can tell */
  constructor(processors: number, idleMs: () => number | undefined = () => undefined) {
    this.#processors = processors
    this.#idleMs = idleMs
  }

  /** Of one that works, or has just worked. @param use of a processor, of late */
  put(pace: EnvironmentPace, kind: Kind, use: number): void {
    this.delete(pace)
    if (kind === 'brief') this.#brief.set(pace, use)
    else if (kind === 'fresh') this.#fresh.set(pace, use)
    else {
      const [other] = this.#computing
      this.#computing.add(pace)
      if (other && other.memoryMb !== pace.memoryMb && !this.#isFair) this.#yield(false)
    }
  }

  /** It rests, or has ended. */
  delete(pace: EnvironmentPace): void {
    this.#brief.delete(pace)
    this.#computing.delete(pace)
    this.#fresh.delete(pace)
  }

  timesOf(kind: Kind): number {
    if (kind === 'fresh') return 1
    if (kind === 'computing') return this.#yielding ? 0 : 1
    // A power of two, so that it changes seldom.
    const crowd = Math.max(1, this.#brief.size / this.#processors)
    return 2 ** Math.max(0, Math.floor(Math.log2(favouredShares / crowd ** 2)))
  }

  /** Whether it waits for whoever runs when it is woken. */
  waits(kind: Kind): boolean {
    return kind === 'brief' && this.#waiting && this.#computing.size === 0
  }

  /**
   * About once a second: looks at those in an invocation that is brief no more, at those that have got company, and at
   * some of which little is known; then decides who yields.
   * @param running quick invocations that were under way when one came, on average: see crowd.ts
   */
  sweep(nowMs: number, running: number): void {
    const spare = this.#spare(nowMs)
    if (running > 0) {
      this.#cameAtMs = nowMs
      this.#waiting = running > this.#processors && spare >= spareMin
      // They may be back in a moment.
    } else if (nowMs - this.#cameAtMs > waitForMs) this.#waiting = false
    for (const pace of [...this.#brief.keys(), ...[...this.#fresh.keys()].slice(0, freshLooksMax)])
      pace.look(nowMs)
    if (this.#brief.size > 0) this.#briefAtMs = nowMs
    const leaveHalf = this.#usedByOthers <= this.#processors / 2
    this.#yield(nowMs - this.#briefAtMs < yieldForMs && leaveHalf && this.#isFair)
  }

  /** What part of the processors nobody has used since the last time; 0 when that is not known. */
  #spare(nowMs: number): number {
    const before = this.#idled
    const now = { atMs: nowMs, idleMs: this.#idleMs() }
    this.#idled = now
    if (before?.idleMs === undefined || now.idleMs === undefined) return 0
    return (now.idleMs - before.idleMs) / (now.atMs - before.atMs) / this.#processors
  }

  get #usedByOthers(): number {
    let used = 0
    for (const use of [...this.#brief.values(), ...this.#fresh.values()]) used += use
    return used
  }

  get #isFair(): boolean {
    const all = [...this.#computing]
    const each = (this.#processors - this.#usedByOthers) / all.length
    return all.every(
      ({ memoryMb }) => memoryMb === all[0]!.memoryMb || memoryMb <= each * memoryMbPerCpu,
    )
  }

  #yield(yielding: boolean): void {
    if (yielding === this.#yielding) return
    this.#yielding = yielding
    for (const pace of this.#computing) pace.takePlace()
  }
}
