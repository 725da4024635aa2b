/**
 * The functions there are: durable in the store, and in memory as far as they are in use.
 *
 * Invariant: the memory is never older than the last change this process has acknowledged. That is what makes
 * the warm invoke path free of SQL.
 * Called by: every operation. Read next: tables.ts, deployments.ts.
 */
import type { Scope } from '../../kernel/brand.ts'
import type { RunnableVersion } from '../../kernel/ports.ts'
import type { Store } from '../../store/store.ts'
import { type FunctionRecord, runnable } from './state.ts'
import {
  type LambdaTables,
  deleteFunction,
  findFunction,
  insertFunction,
  updateFunction,
} from './tables.ts'

/** A function as it is now, with the snapshot the data plane runs. */
export interface KnownFunction {
  readonly record: FunctionRecord
  /** Undefined before the function was Active for the first time. */
  readonly version: RunnableVersion | undefined
}

/** Functions kept in memory; the ones read or changed longest ago are read again when they are needed. */
const knownMax = 10_000

export class Functions {
  readonly #store: Store
  readonly #known = new Map<string, KnownFunction>()
  /** Counts changes, so that a read that overlapped one is not remembered. */
  #changes = 0

  constructor(store: Store) {
    this.#store = store
  }

  /** The function from memory alone: what the warm invoke path asks first. */
  known(scope: Scope, name: string): KnownFunction | undefined {
    return this.#known.get(keyOf(scope, name))
  }

  async find(scope: Scope, name: string): Promise<KnownFunction | undefined> {
    const known = this.known(scope, name)
    if (known) return known
    const changes = this.#changes
    const record = await findFunction(this.#store.reader<LambdaTables>(), scope, name)
    if (!record) return undefined
    if (changes === this.#changes) return this.#remember(record)
    return withVersion(record, undefined)
  }

  /** @returns the function that has this name already, or undefined when `record` was inserted. */
  async insert(record: FunctionRecord): Promise<FunctionRecord | undefined> {
    const existing = await this.#store.transaction<LambdaTables, FunctionRecord | undefined>(
      'LAMBDA:CREATE_FUNCTION',
      async (db) => {
        const found = await findFunction(db, record, record.name)
        if (!found) await insertFunction(db, record)
        return found
      },
    )
    if (!existing) this.#changed(record)
    return existing
  }

  /**
   * Applies `transition` to the function as it is at that moment.
   * @param transition throws to refuse; gives back its argument to change nothing.
   * @returns the new record, or undefined when there is no such function.
   */
  async change(
    label: string,
    scope: Scope,
    name: string,
    transition: (record: FunctionRecord) => FunctionRecord,
  ): Promise<{ before: FunctionRecord; after: FunctionRecord } | undefined> {
    const change = await this.#store.transaction<
      LambdaTables,
      { before: FunctionRecord; after: FunctionRecord } | undefined
    >(label, async (db) => {
      const before = await findFunction(db, scope, name)
      if (!before) return undefined
      const after = transition(before)
      if (after !== before) await updateFunction(db, after)
      return { before, after }
    })
    if (change && change.after !== change.before) this.#changed(change.after)
    return change
  }

  /** @returns what was deleted, or undefined when there is no such function. */
  async delete(scope: Scope, name: string): Promise<FunctionRecord | undefined> {
    const deleted = await this.#store.transaction<LambdaTables, FunctionRecord | undefined>(
      'LAMBDA:DELETE_FUNCTION',
      async (db) => {
        const found = await findFunction(db, scope, name)
        if (found) await deleteFunction(db, found)
        return found
      },
    )
    this.#changes += 1
    this.#known.delete(keyOf(scope, name))
    return deleted
  }

  #changed(record: FunctionRecord): void {
    this.#changes += 1
    this.#remember(record)
  }

  #remember(record: FunctionRecord): KnownFunction {
    const key = keyOf(record, record.name)
    const before = this.#known.get(key)
    const known = withVersion(record, before)
    this.#known.delete(key)
    this.#known.set(key, known)
    if (this.#known.size > knownMax) {
      const oldest = this.#known.keys().next()
      if (!oldest.done) this.#known.delete(oldest.value)
    }
    return known
  }
}

/** Keeps the snapshot's identity while its revision stays: environments hang on it. */
function withVersion(record: FunctionRecord, before: KnownFunction | undefined): KnownFunction {
  if (!record.serving) return { record, version: undefined }
  const same = before?.version?.revisionId === record.serving.revisionId
  return { record, version: same ? before.version : runnable(record, record.serving) }
}

function keyOf(scope: Scope, name: string): string {
  return `${scope.account}/${scope.region}/${name}`
}
