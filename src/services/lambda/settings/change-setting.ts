import { findAlias } from '../aliases/tables.ts'
import type { LambdaService } from '../lambda-service.ts'
import { type FunctionName, isVersion, notFound } from '../names.ts'
import type { FunctionRecord } from '../state.ts'
import { type LambdaDb, type LambdaTables, findFunction } from '../tables.ts'
import { findVersion } from '../versions/tables.ts'
import type { SettingKinds } from './kinds.ts'
import { type SettingOwner, deleteSetting, findSetting, putSetting } from './tables.ts'

/**
 * Changes one setting of a function that is there, in one transaction.
 * @param qualifier as it is stored: what the setting's operations make of none is theirs to say
 * @param transition gives back what is to be, or undefined for nothing; throws to refuse
 * @param missing words the refusal of what is not there
 * @returns what is there now
 * @throws ServiceError `ResourceNotFoundException` when there is no such function, version or alias
 */
export async function changeSetting<Of extends keyof SettingKinds>(
  service: LambdaService,
  label: string,
  kind: Of,
  named: FunctionName,
  qualifier: string,
  transition: (
    before: SettingKinds[Of] | undefined,
    record: FunctionRecord,
    db: LambdaDb,
  ) => SettingKinds[Of] | undefined | Promise<SettingKinds[Of] | undefined>,
  missing = notFound,
): Promise<SettingKinds[Of] | undefined> {
  const { scope, name } = named
  const owner: SettingOwner = { ...scope, functionName: name, qualifier }
  return await service.store.transaction<LambdaTables, SettingKinds[Of] | undefined>(
    label,
    async (db) => {
      const record = await existing(db, named, missing)
      const before = await findSetting(db, kind, owner)
      const after = await transition(before, record, db)
      if (after === undefined) await deleteSetting(db, kind, owner)
      else if (after !== before) await putSetting(db, kind, owner, after)
      return after
    },
  )
}

/** The function, if all that the name names is there. @throws ServiceError `ResourceNotFoundException` */
export async function existing(
  db: LambdaDb,
  named: FunctionName,
  missing = notFound,
): Promise<FunctionRecord> {
  const { scope, name, qualifier } = named
  const record = await findFunction(db, scope, name)
  if (!record) throw missing(named)
  if (qualifier === undefined || qualifier === '$LATEST') return record
  const isThere = isVersion(qualifier)
    ? await findVersion(db, scope, name, qualifier)
    : await findAlias(db, scope, name, qualifier)
  if (!isThere) throw missing(named)
  return record
}
