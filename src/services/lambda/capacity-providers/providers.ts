/**
 * The capacity providers there are, and the end of the changes that their operations begin.
 *
 * A change answers while it is under way (Pending, Deleting); it is finished behind the answer, and after a restart if
 * need be. Called by: the operations of capacity providers, index.ts. Read next: provider.ts.
 */
import type { Scope } from '../../../kernel/brand.ts'
import type { Log } from '../../../kernel/log.ts'
import type { Store } from '../../../store/store.ts'
import { conflict } from '../rules.ts'
import type { LambdaDb, LambdaTables } from '../tables.ts'
import { providerArn, providerName, providerNotFound } from './names.ts'
import { type ProviderRecord, isChanging, whenDone } from './provider.ts'
import { deleteProvider, findProvider, listChangingProviders, putProvider } from './tables.ts'

export class CapacityProviders implements AsyncDisposable {
  readonly #store: Store
  readonly #log: Log
  readonly #running = new Set<Promise<void>>()

  constructor(store: Store, log: Log) {
    this.#store = store
    this.#log = log
  }

  /** Goes on with what the last server left. */
  async resume(): Promise<void> {
    const changing = await listChangingProviders(this.#store.reader<LambdaTables>())
    for (const provider of changing) this.begin(provider)
  }

  /** @param text name or ARN. @throws ServiceError `ResourceNotFoundException` */
  async get(text: string, scope: Scope): Promise<ProviderRecord> {
    return await existingProvider(this.#store.reader<LambdaTables>(), text, scope)
  }

  /**
   * In one transaction.
   * @param transition gives back what is to be; throws to refuse
   * @throws ServiceError `ResourceNotFoundException`
   */
  async change(
    label: string,
    text: string,
    scope: Scope,
    transition: (
      provider: ProviderRecord,
      db: LambdaDb,
    ) => ProviderRecord | Promise<ProviderRecord>,
  ): Promise<ProviderRecord> {
    return await this.#store.transaction<LambdaTables, ProviderRecord>(label, async (db) => {
      const after = await transition(await existingProvider(db, text, scope), db)
      await putProvider(db, after)
      return after
    })
  }

  /** Finishes the change that is under way. Returns at once; the provider's state tells how far it is. */
  begin(provider: ProviderRecord): void {
    const change = this.#finish(provider)
      .catch((error: unknown) => {
        this.#log.error({ provider: provider.name, error }, 'a capacity provider is stuck')
      })
      .finally(() => this.#running.delete(change))
    this.#running.add(change)
  }

  async #finish(provider: ProviderRecord): Promise<void> {
    await this.#store.transaction<LambdaTables, void>('LAMBDA:PROVIDER_DONE', async (db) => {
      const present = await findProvider(db, provider, provider.name)
      if (!present || !isChanging(present)) return
      const done = whenDone(present)
      await (done ? putProvider(db, done) : deleteProvider(db, present))
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#running)
  }
}

async function existingProvider(db: LambdaDb, text: string, scope: Scope): Promise<ProviderRecord> {
  const name = providerName(text, scope)
  const found = await findProvider(db, scope, name)
  if (!found) throw providerNotFound(providerArn(scope, name))
  return found
}

/** @throws ServiceError `ResourceConflictException` while another change is under way */
export function checkActive(provider: ProviderRecord): void {
  if (!isChanging(provider)) return
  throw conflict(
    `The operation cannot be performed at this time. The capacity provider is currently in the following state: ${provider.state}`,
  )
}
