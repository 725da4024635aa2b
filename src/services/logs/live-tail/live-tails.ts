/**
 * Who is watching which log groups, and what they are told: every event that has been stored, as it was stored.
 *
 * What it is not: it keeps nothing. With nobody watching, it costs those who store events one look.
 * Called by: events/sink.ts and PutLogEvents, which tell; session.ts, which listens.
 */
import type { Scope } from '../../../kernel/brand.ts'

/** Events of one stream that were stored together. */
export interface StoredEvents {
  readonly scope: Scope
  readonly group: string
  readonly stream: string
  /** Unix epoch ms, of the message with the same index. */
  readonly times: readonly number[]
  readonly messages: readonly string[]
  readonly ingestionMs: number
}

export interface Tail {
  readonly scope: Scope
  /** Names of the groups that it watches. */
  readonly groups: Iterable<string>
  /** Never waits and never throws. */
  receive(events: StoredEvents): void
  /** There is nothing more to come. */
  end(): void
}

export class LiveTails {
  readonly #tails = new Set<Tail>()
  readonly #byGroup = new Map<string, Set<Tail>>()

  /** How many watch something in this account and region. */
  countIn({ account, region }: Scope): number {
    const isThere = ({ scope }: Tail) => scope.account === account && scope.region === region
    return [...this.#tails].filter(isThere).length
  }

  add(tail: Tail): void {
    this.#tails.add(tail)
    for (const group of tail.groups) {
      const key = keyOf(tail.scope, group)
      const watching = this.#byGroup.get(key) ?? new Set()
      this.#byGroup.set(key, watching.add(tail))
    }
  }

  /** Does nothing when it is not there any more. */
  remove(tail: Tail): void {
    this.#tails.delete(tail)
    for (const group of tail.groups) {
      const key = keyOf(tail.scope, group)
      const watching = this.#byGroup.get(key)
      watching?.delete(tail)
      if (watching?.size === 0) this.#byGroup.delete(key)
    }
  }

  tell(events: StoredEvents): void {
    if (this.#tails.size === 0) return
    for (const tail of this.#byGroup.get(keyOf(events.scope, events.group)) ?? []) {
      tail.receive(events)
    }
  }

  endAll(): void {
    for (const tail of this.#tails) tail.end()
  }
}

function keyOf({ account, region }: Scope, group: string): string {
  return `${account}/${region}/${group}`
}
