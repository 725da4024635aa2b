/** Publishing: `$LATEST` as it is now, kept under the next number, or the version there is when nothing has changed. */
import type { Kysely } from 'kysely'
import { isDeepStrictEqual } from 'node:util'
import { newUuid } from '../../../kernel/ids.ts'
import {
  type FunctionRecord,
  type VersionConfig,
  type VersionRecord,
  publishedAs,
} from '../state.ts'
import type { LambdaTables } from '../tables.ts'
import { findVersion, insertVersion } from './tables.ts'

export interface Publication {
  readonly version: VersionRecord
  /** The function as it is afterwards; the same object when there was nothing to publish. */
  readonly record: FunctionRecord
}

/** @param description instead of the function's */
export async function publish(
  db: Kysely<LambdaTables>,
  record: FunctionRecord,
  description?: string,
): Promise<Publication> {
  const last = await findVersion(db, record, record.name, record.lastVersion)
  if (last && isSame(last.config, record.config)) return { version: last, record }
  const number = record.lastVersion + 1
  const version = publishedAs(record, number, newUuid(), description)
  await insertVersion(db, version)
  return { version, record: { ...record, lastVersion: number } }
}

/** A description alone makes no new version. */
function isSame(version: VersionConfig, latest: VersionConfig): boolean {
  const { description: _ofVersion, ...one } = version
  const { description: _ofLatest, ...other } = latest
  // As they are stored: without what is undefined.
  return isDeepStrictEqual(JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other)))
}
