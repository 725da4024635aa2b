/**
 * Group commit: who writes when, and who shares a sync.
 *
 * Members (interactive transactions and `write`s) run one after the other in the order of their arrival,
 * each as a savepoint of one outer transaction. The group takes in whoever arrives while it runs, up to its
 * bounds, then commits; only then is any member resolved. While the commit syncs, the next group gathers.
 * Invariant: a member is resolved only after a commit that holds it; when that fails, all are rejected.
 * Called by sqlite-store.ts; the other side is writer-thread.ts.
 */
import type { Kysely } from 'kysely'

import type { Clock } from '../../kernel/clock.ts'
import { StoreBusyError, StoreError } from '../store.ts'
import type { DatabaseThread } from './database-thread.ts'
import { kyselyOver } from './dialect.ts'
import { toError } from './failure.ts'
import {
  groupBytesMax,
  groupMembersMax,
  groupOpenMsMax,
  writersWaitingBytesMax,
  writersWaitingMax,
} from './limits.ts'
import { parameterBytes } from './protocol.ts'
import type { Failure, LabelledWrite, Statement, WriterRequest } from './protocol.ts'
import { TransactionSession } from './transaction-session.ts'

interface Ending {
  resolve(value: unknown): void
  reject(error: unknown): void
}

interface TransactionMember extends Ending {
  readonly kind: 'transaction'
  readonly label: string
  readonly bytes: number
  readonly bodyMsMax: number
  body(transaction: Kysely<unknown>): Promise<unknown>
}

interface WriteMember extends Ending {
  readonly kind: 'write'
  readonly label: string
  readonly bytes: number
  readonly write: LabelledWrite
}

type Member = TransactionMember | WriteMember

/** What became of a member before the commit. */
type Outcome = { readonly value: unknown } | { readonly error: unknown }

export class WriteQueue {
  readonly #thread: DatabaseThread<WriterRequest>
  readonly #clock: Clock
  #waiting: Member[] = []
  #waitingBytes = 0
  #running: Promise<void> | undefined
  #closed = false
  #transactions = 0

  constructor(thread: DatabaseThread<WriterRequest>, clock: Clock) {
    this.#thread = thread
    this.#clock = clock
  }

  transaction<Result>(
    label: string,
    bodyMsMax: number,
    body: (transaction: Kysely<unknown>) => Promise<Result>,
  ): Promise<Result> {
    return new Promise((resolve, reject) => {
      const ending = { resolve: resolve as (value: unknown) => void, reject }
      this.#enqueue({ kind: 'transaction', label, bytes: 0, bodyMsMax, body, ...ending })
    })
  }

  write(label: string, statements: readonly Statement[]): Promise<void> {
    const bytes = statements.reduce((sum, statement) => sum + parameterBytes(statement), 0)
    return new Promise((resolve, reject) => {
      const ending = { resolve: resolve as (value: unknown) => void, reject }
      this.#enqueue({ kind: 'write', label, bytes, write: { label, statements }, ...ending })
    })
  }

  /** Takes no one in any more; resolves when everyone taken in before has been resolved or rejected. */
  async drain(): Promise<void> {
    this.#closed = true
    await this.#running
  }

  #enqueue(member: Member): void {
    if (this.#closed) {
      member.reject(new StoreError('closed', `${member.label}: the store is closed`))
    } else if (
      this.#waiting.length >= writersWaitingMax ||
      this.#waitingBytes + member.bytes > writersWaitingBytesMax
    ) {
      const waiting = `${this.#waiting.length} writers wait for the database already`
      member.reject(new StoreBusyError(`${member.label}: ${waiting}`))
    } else {
      this.#waiting.push(member)
      this.#waitingBytes += member.bytes
      this.#running ??= this.#run()
    }
  }

  async #run(): Promise<void> {
    // Those who were resolved together write again together: without waiting for all of them to have done so,
    // the first would be a group of its own and the others would wait for its sync. Ticks come after every
    // promise that can go on by itself has done so.
    await nextTick()
    while (this.#waiting.length > 0) {
      await this.#runGroup()
      await nextTick()
    }
    this.#running = undefined
  }

  async #runGroup(): Promise<void> {
    const startMs = this.#clock.monotonicMs()
    const members: Member[] = []
    const outcomes: Promise<Outcome[]>[] = []
    let bytes = 0
    do {
      const next = this.#takeNext(groupMembersMax - members.length, groupBytesMax - bytes)
      members.push(...next)
      bytes += next.reduce((sum, member) => sum + member.bytes, 0)
      const [first] = next
      if (first?.kind === 'transaction')
        outcomes.push(Promise.resolve([await this.#interact(first)]))
      // Not awaited: the commit can follow in the same breath.
      else outcomes.push(this.#send(next as WriteMember[]))
    } while (
      this.#waiting.length > 0 &&
      members.length < groupMembersMax &&
      bytes < groupBytesMax &&
      this.#clock.monotonicMs() - startMs < groupOpenMsMax
    )
    const commit = this.#thread.request({ kind: 'commit' }, labelsOf(members))
    const [committed] = await Promise.allSettled([commit])
    const settled = (await Promise.all(outcomes)).flat()
    for (const [index, member] of members.entries()) {
      const outcome = settled[index]
      if (outcome !== undefined && 'error' in outcome) member.reject(outcome.error)
      else if (committed.status === 'rejected') member.reject(committed.reason)
      else member.resolve(outcome?.value)
    }
  }

  /** The next transaction, or all the `write`s up to the next transaction, within the group's bounds. */
  #takeNext(membersMax: number, bytesMax: number): Member[] {
    let count = 0
    let bytes = 0
    for (const member of this.#waiting) {
      const alone = member.kind === 'transaction'
      if (count > 0 && (alone || count >= membersMax || bytes + member.bytes > bytesMax)) break
      count += 1
      bytes += member.bytes
      if (alone) break
    }
    this.#waitingBytes -= bytes
    return this.#waiting.splice(0, count)
  }

  async #send(members: readonly WriteMember[]): Promise<Outcome[]> {
    const writes = members.map((member) => member.write)
    try {
      const failures = await this.#thread.request({ kind: 'writes', writes }, labelsOf(members))
      return (failures as (Failure | undefined)[]).map((failure, index) =>
        failure === undefined
          ? { value: undefined }
          : { error: toError(failure, writes[index]?.label ?? '') },
      )
    } catch (error) {
      return members.map(() => ({ error }))
    }
  }

  async #interact(member: TransactionMember): Promise<Outcome> {
    const { label, bodyMsMax } = member
    this.#transactions += 1
    const session = new TransactionSession(this.#thread, this.#transactions, label)
    const timer = this.#clock.after(bodyMsMax, () => session.giveUp(bodyMsMax))
    try {
      const value = await session.race(
        member.body(kyselyOver((statement) => session.run(statement))),
      )
      session.end(true)
      return { value }
    } catch (error) {
      session.end(false)
      return { error }
    } finally {
      timer.cancel()
    }
  }
}

/** For the words of an error that concerns a whole group. */
function labelsOf(members: readonly Member[]): string {
  const labels = [...new Set(members.map((member) => member.label))]
  return labels.length > 3 ? `${labels.slice(0, 3).join(', ')}, ...` : labels.join(', ')
}

function nextTick(): Promise<void> {
  return new Promise((resolve) => {
    process.nextTick(resolve)
  })
}
