/**
 * One interactive transaction while its body runs: passes its queries on, and refuses them once it is over
 * or doomed. Called by write-queue.ts.
 */
import { StoreError } from '../store.ts'
import type { DatabaseThread } from './database-thread.ts'
import type { QueryReply, Statement, WriterRequest } from './protocol.ts'

export class TransactionSession {
  readonly #thread: DatabaseThread<WriterRequest>
  readonly #number: number
  readonly #label: string
  /** Why no further query is taken. */
  #refusal: Error | undefined
  readonly #givenUp = Promise.withResolvers<never>()

  constructor(thread: DatabaseThread<WriterRequest>, number: number, label: string) {
    this.#thread = thread
    this.#number = number
    this.#label = label
    this.#givenUp.promise.catch(() => undefined)
  }

  async run(statement: Statement): Promise<QueryReply> {
    if (this.#refusal !== undefined) throw this.#refusal
    try {
      const request = { kind: 'query', statement, transaction: this.#number } as const
      return await this.#thread.query(request, this.#label)
    } catch (error) {
      this.#refusal ??= error as Error
      throw error
    }
  }

  /** The body's result, unless a query of it failed or it is given up before. */
  async race<Result>(body: Promise<Result>): Promise<Result> {
    const result = await Promise.race([body, this.#givenUp.promise])
    if (this.#refusal !== undefined) throw this.#refusal
    return result
  }

  giveUp(afterMs: number): void {
    const words = `its body took more than ${afterMs} ms; does it wait for anything but queries?`
    this.#refusal ??= new StoreError('timeout', `${this.#label}: ${words}`)
    this.#givenUp.reject(this.#refusal)
  }

  /**
   * Keeps or undoes the savepoint. The reply is not waited for: when it fails, so does the commit that
   * comes after it.
   */
  end(keep: boolean): void {
    this.#refusal ??= new StoreError('statement', `${this.#label}: a query came after its end`)
    const request = { kind: 'end', transaction: this.#number, label: this.#label, keep } as const
    this.#thread.request(request, this.#label).catch(() => undefined)
  }
}
