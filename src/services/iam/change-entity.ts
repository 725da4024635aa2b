/** The operations that change one entity's record are this transaction, with a transition each. */
import { updateEntity } from './entity-tables.ts'
import type { IamDeps } from './iam-deps.ts'
import type { Find } from './lookups.ts'
import type { Entity, Kind } from './state.ts'
import type { Db, IamTables } from './tables.ts'

type Transition<K extends Kind> = (entity: Entity<K>, db: Db) => Entity<K> | Promise<Entity<K>>

/**
 * @param transition gets the entity as it is at that moment; throws to refuse.
 * @returns the entity as it is then.
 * @throws ServiceError NoSuchEntity
 */
export function changeEntity<K extends Kind>(
  deps: IamDeps,
  label: string,
  find: Find<K>,
  transition: Transition<K>,
): Promise<Entity<K>> {
  return deps.store.transaction<IamTables, Entity<K>>(label, async (db) => {
    const entity = await transition(await find(db), db)
    await updateEntity(db, entity)
    return entity
  })
}
