/**
 * Brings a function's present revision to where it can run: its runtime fetched, its code unpacked.
 * A function is Pending, or its update InProgress, for as long. What a crash interrupted is begun anew.
 */
import type { Log } from '../../kernel/log.ts'
import { type Invoker, PreparationError } from '../../kernel/ports.ts'
import type { Store } from '../../store/store.ts'
import type { CodeStore } from './code-store.ts'
import type { Functions } from './functions.ts'
import {
  type FunctionRecord,
  deployFailed,
  deployed,
  isDeploying,
  packagesOf,
  runnable,
} from './state.ts'
import { type LambdaTables, findDeploying } from './tables.ts'
import { listPendingVersions, updateVersion } from './versions/tables.ts'

export class Deployments implements AsyncDisposable {
  readonly #functions: Functions
  readonly #invoker: Invoker
  readonly #code: CodeStore
  readonly #log: Log
  readonly #running = new Set<Promise<void>>()

  constructor(functions: Functions, invoker: Invoker, code: CodeStore, log: Log) {
    this.#functions = functions
    this.#invoker = invoker
    this.#code = code
    this.#log = log
  }

  /** Goes on with what was under way when the last server ended. */
  async resume(store: Store): Promise<void> {
    for (const record of await findDeploying(store.reader<LambdaTables>())) this.begin(record)
  }

  /** Returns at once; the function's state tells how it went. */
  begin(record: FunctionRecord): void {
    const deployment = this.#deploy(record)
      .catch((error: unknown) => {
        this.#log.error({ function: record.arn, error }, 'a deployment could not be finished')
      })
      .finally(() => this.#running.delete(deployment))
    this.#running.add(deployment)
  }

  async #deploy(record: FunctionRecord): Promise<void> {
    let failure: { code: string; reason: string } | undefined
    try {
      await this.#invoker.prepare(runnable(record, record))
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      failure = { code: error instanceof PreparationError ? error.code : 'InternalError', reason }
      this.#log.warn({ function: record.arn, reason }, 'a function could not be deployed')
    }
    const { revisionId } = record
    const change = await this.#functions.change(
      'LAMBDA:DEPLOYED',
      record,
      record.name,
      async (present, db) => {
        // Deleted and made again, or updated once more: then this deployment is not the one that counts.
        if (present.revisionId !== revisionId || !isDeploying(present)) return present
        for (const version of await listPendingVersions(db, present, present.name)) {
          const state = failure
            ? ({ is: 'Failed', ...failure } as const)
            : { is: 'Active' as const }
          await updateVersion(db, { ...version, state })
        }
        return failure ? deployFailed(present, failure.code, failure.reason) : deployed(present)
      },
    )
    if (change?.after.serving?.revisionId === revisionId) {
      this.#invoker.retire(record.arn, '$LATEST', revisionId, 'updated')
    }
    const replaced = change?.before.serving?.config
    if (replaced) await this.#code.deleteUnused(packagesOf(replaced))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#running)
  }
}
