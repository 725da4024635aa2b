/**
 * The functions there are: durable in the store, and in memory as far as they are in use.
 *
 * Invariant: the memory is never older than the last change this process has acknowledged. That is what makes
 * the warm invoke path free of SQL.
 * Called by: every operation. Read next: tables.ts, deployments.ts.
 */
import type { BlobId, Scope } from '../../kernel/brand.ts'
import type { RunnableVersion } from '../../kernel/ports.ts'
import type { Store } from '../../store/store.ts'
import type { AliasRecord } from './aliases/alias.ts'
import { deleteAliases, findAlias } from './aliases/tables.ts'
import { deleteProviderUses, putProviderUse } from './capacity-providers/tables.ts'
import { deleteLayerUses, putLayerUses } from './layers/tables.ts'
import { deleteSettings } from './settings/tables.ts'
import { type FunctionRecord, type VersionRecord, layerPackagesOf, runnable } from './state.ts'
import {
  type LambdaDb,
  type LambdaTables,
  deleteFunction,
  findFunction,
  insertFunction,
  updateFunction,
} from './tables.ts'
import { addUsage } from './usage/tables.ts'
import { deleteVersions, findVersion } from './versions/tables.ts'

/** A function as it is now, with the snapshot the data plane runs. */
export interface KnownFunction {
  readonly record: FunctionRecord
  /** Undefined before the function was Active for the first time. */
  readonly version: RunnableVersion | undefined
  /** Those of its published versions and aliases that somebody has asked for. */
  readonly published: Published
}

/** A published version, with the snapshot the data plane runs. */
export interface KnownVersion {
  readonly record: VersionRecord
  /** Undefined before it was Active. */
  readonly version: RunnableVersion | undefined
}

class Published {
  readonly versions = new Map<string, KnownVersion>()
  readonly aliases = new Map<string, AliasRecord>()
}

/** What a deletion took away. */
export interface DeletedFunction {
  readonly record: FunctionRecord
  readonly versions: readonly VersionRecord[]
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

  /** @param version its number */
  async findVersion(known: KnownFunction, version: string): Promise<KnownVersion | undefined> {
    const { record, published } = known
    const before = published.versions.get(version)
    if (before) return before
    const changes = this.#changes
    const db = this.#store.reader<LambdaTables>()
    const found = await findVersion(db, record, record.name, version)
    if (!found) return undefined
    if (found.state.is !== 'Active') return { record: found, version: undefined }
    const knownVersion = { record: found, version: runnable(found, found, found.version) }
    if (changes === this.#changes) published.versions.set(version, knownVersion)
    return knownVersion
  }

  async findAlias(known: KnownFunction, name: string): Promise<AliasRecord | undefined> {
    const { record, published } = known
    const before = published.aliases.get(name)
    if (before) return before
    const changes = this.#changes
    const found = await findAlias(this.#store.reader<LambdaTables>(), record, record.name, name)
    if (found && changes === this.#changes) published.aliases.set(name, found)
    return found
  }

  /**
   * Runs a transaction that changes versions, aliases or settings of a function, and forgets what was known of them.
   * @param body gets the function as it is at that moment, undefined when there is none; throws to refuse
   */
  async changePublished<Result>(
    label: string,
    scope: Scope,
    name: string,
    body: (db: LambdaDb, record: FunctionRecord | undefined) => Promise<Result>,
  ): Promise<Result> {
    const result = await this.#store.transaction<LambdaTables, Result>(label, async (db) =>
      body(db, await findFunction(db, scope, name)),
    )
    this.#changes += 1
    // Versions stay, being what they are for ever: environments hang on the identity of their snapshots.
    this.#known.get(keyOf(scope, name))?.published.aliases.clear()
    return result
  }

  /** After a version was deleted, or `$LATEST.PUBLISHED` published anew. */
  forgetVersion(scope: Scope, name: string, version: string): void {
    this.#known.get(keyOf(scope, name))?.published.versions.delete(version)
  }

  /**
   * @param also what belongs to it, in the same transaction
   * @returns the function that has this name already, or undefined when `record` was inserted.
   */
  async insert(
    record: FunctionRecord,
    also: (db: LambdaDb) => Promise<void> = async () => undefined,
  ): Promise<FunctionRecord | undefined> {
    const existing = await this.#store.transaction<LambdaTables, FunctionRecord | undefined>(
      'LAMBDA:CREATE_FUNCTION',
      async (db) => {
        const found = await findFunction(db, record, record.name)
        if (found) return found
        await insertFunction(db, record)
        await addUsage(db, record, { functions: 1, codeBytes: record.config.codeBytes })
        if (record.config.managedInstances) await putProviderUse(db, record)
        if (layersOf(record).length > 0) await keepLayers(db, record)
        await also(db)
        return undefined
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
    transition: (record: FunctionRecord, db: LambdaDb) => FunctionRecord | Promise<FunctionRecord>,
  ): Promise<{ before: FunctionRecord; after: FunctionRecord } | undefined> {
    const change = await this.#store.transaction<
      LambdaTables,
      { before: FunctionRecord; after: FunctionRecord } | undefined
    >(label, async (db) => {
      const before = await findFunction(db, scope, name)
      if (!before) return undefined
      const after = await transition(before, db)
      if (after !== before) await updateFunction(db, after)
      const grownBytes = after.config.codeBytes - before.config.codeBytes
      await addUsage(db, after, { codeBytes: grownBytes })
      if (layersOf(after).join() !== layersOf(before).join()) await keepLayers(db, after)
      if (after.config.managedInstances && after !== before) await putProviderUse(db, after)
      return { before, after }
    })
    if (change && change.after !== change.before) this.#changed(change.after)
    return change
  }

  /** With its versions, its aliases and all that was set of them. @returns undefined when there is no such function. */
  async delete(scope: Scope, name: string): Promise<DeletedFunction | undefined> {
    const deleted = await this.#store.transaction<LambdaTables, DeletedFunction | undefined>(
      'LAMBDA:DELETE_FUNCTION',
      async (db) => {
        const record = await findFunction(db, scope, name)
        if (!record) return undefined
        await deleteFunction(db, record)
        await addUsage(db, record, { functions: -1, codeBytes: -record.config.codeBytes })
        await deleteAliases(db, scope, name)
        await deleteSettings(db, scope, name)
        await deleteLayerUses(db, scope, name)
        await deleteProviderUses(db, scope, name)
        return { record, versions: await deleteVersions(db, scope, name) }
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
  const published = before?.published ?? new Published()
  if (!record.serving) return { record, version: undefined, published }
  const same = before?.version?.revisionId === record.serving.revisionId
  const version = same ? before.version : runnable(record, record.serving)
  return { record, version, published }
}

/** Packages of its layers, of those that still serve too. */
function layersOf({ config, serving }: FunctionRecord): readonly BlobId[] {
  return [config, ...(serving ? [serving.config] : [])].flatMap(layerPackagesOf)
}

async function keepLayers(db: LambdaDb, record: FunctionRecord): Promise<void> {
  await putLayerUses(db, record, record.name, '$LATEST', layersOf(record))
}

function keyOf(scope: Scope, name: string): string {
  return `${scope.account}/${scope.region}/${name}`
}
