/**
 * The mappings there are: kept in the store, and brought to where they poll, or no longer do.
 *
 * A change answers while it is under way (Creating, Updating, Deleting); it is finished behind the answer, and after
 * a restart if need be. What polls is the pollers' business. Called by: the operations of mappings, index.ts.
 */
import type { Scope } from '../../../kernel/brand.ts'
import type { Log } from '../../../kernel/log.ts'
import type { EventPollers } from '../../../kernel/ports.ts'
import type { Store } from '../../../store/store.ts'
import type { LambdaDb, LambdaTables } from '../tables.ts'
import { type MappingRecord, isChanging, whenDone } from './mapping.ts'
import { deleteMapping, findMapping, listAllMappings, listMappings, putMapping } from './tables.ts'

export class Mappings implements AsyncDisposable {
  readonly #store: Store
  readonly #log: Log
  readonly pollers: EventPollers
  readonly #running = new Set<Promise<void>>()

  constructor(store: Store, pollers: EventPollers, log: Log) {
    this.#store = store
    this.pollers = pollers
    this.#log = log
  }

  /** Goes on with what the last server left, polling and changes alike. */
  async resume(): Promise<void> {
    for (const mapping of await listAllMappings(this.#reader())) {
      if (isChanging(mapping)) this.begin(mapping)
      else if (mapping.isEnabled) await this.pollers.run(mapping)
    }
  }

  #reader(): LambdaDb {
    return this.#store.reader<LambdaTables>()
  }

  find(scope: Scope, uuid: string): Promise<MappingRecord | undefined> {
    return findMapping(this.#reader(), scope, uuid)
  }

  /** Stops those of a function that is gone; they stay, disabled, as on AWS. */
  async onFunctionDeleted(scope: Scope, functionName: string): Promise<void> {
    for (const mapping of await listMappings(this.#reader(), scope, { functionName })) {
      if (!mapping.isEnabled) continue
      const changed = await this.change(
        'LAMBDA:DISABLE_MAPPING',
        mapping,
        mapping.uuid,
        (present) => ({
          ...present,
          isEnabled: false,
          state: present.state === 'Deleting' ? present.state : 'Disabling',
        }),
      )
      if (changed) this.begin(changed)
    }
  }

  /**
   * @param transition gives back what is to be; throws to refuse
   * @returns undefined when there is no such mapping
   */
  change(
    label: string,
    scope: Scope,
    uuid: string,
    transition: (mapping: MappingRecord, db: LambdaDb) => MappingRecord | Promise<MappingRecord>,
  ): Promise<MappingRecord | undefined> {
    return this.#store.transaction<LambdaTables, MappingRecord | undefined>(label, async (db) => {
      const before = await findMapping(db, scope, uuid)
      if (!before) return undefined
      const after = await transition(before, db)
      await putMapping(db, after)
      return after
    })
  }

  /** Finishes the change that is under way. Returns at once; the mapping's state tells how far it is. */
  begin(mapping: MappingRecord): void {
    const change = this.#finish(mapping)
      .catch((error: unknown) => {
        this.#log.error({ mapping: mapping.uuid, error }, 'an event source mapping is stuck')
      })
      .finally(() => this.#running.delete(change))
    this.#running.add(change)
  }

  async #finish(mapping: MappingRecord): Promise<void> {
    const isToPoll = mapping.isEnabled && mapping.state !== 'Deleting'
    await (isToPoll ? this.pollers.run(mapping) : this.pollers.stop(mapping.uuid))
    await this.#store.transaction<LambdaTables, void>('LAMBDA:MAPPING_DONE', async (db) => {
      const present = await findMapping(db, mapping, mapping.uuid)
      if (!present || !isChanging(present)) return
      const done = whenDone(present)
      await (done ? putMapping(db, done) : deleteMapping(db, present))
    })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#running)
  }
}
