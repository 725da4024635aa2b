import { type FunctionName, notFound } from '../names.ts'
import { invalid } from '../rules.ts'
import type { VersionRecord } from '../state.ts'
import type { LambdaDb } from '../tables.ts'
import { findVersion } from '../versions/tables.ts'

/**
 * The version whose environments are to be so many.
 * @throws ServiceError when there is none, or it is not on a capacity provider
 */
export async function scaledVersion(db: LambdaDb, named: FunctionName): Promise<VersionRecord> {
  const { scope, name, qualifier = '' } = named
  const version = await findVersion(db, scope, name, qualifier)
  if (!version) throw notFound(named)
  if (version.config.managedInstances) return version
  throw invalid('Only versions of functions on a capacity provider have a scaling configuration.')
}
