/**
 * Publishing: `$LATEST` as it is now, kept under the next number, or the version there is when nothing has changed.
 * Functions on a capacity provider may publish to `$LATEST.PUBLISHED` instead, in place of what that was.
 */
import { isDeepStrictEqual } from 'node:util'
import { newUuid } from '../../../kernel/ids.ts'
import { checkPublishTo, checkVersionRoom } from '../capacity-providers/managed-instances.ts'
import type { LambdaService } from '../lambda-service.ts'
import { latestPublished } from '../names.ts'
import {
  type FunctionRecord,
  type VersionConfig,
  type VersionRecord,
  packagesOf,
  publishedAs,
} from '../state.ts'
import type { LambdaDb } from '../tables.ts'
import { deleteVersion, findVersion, insertVersion } from './tables.ts'

export interface Publication {
  readonly version: VersionRecord
  /** The function as it is afterwards; the same object when there was nothing to publish. */
  readonly record: FunctionRecord
  /** What `$LATEST.PUBLISHED` was before. */
  readonly replaced?: VersionRecord | undefined
}

export type PublishTo = 'LATEST_PUBLISHED' | undefined

/** @param description instead of the function's */
export async function publish(
  db: LambdaDb,
  record: FunctionRecord,
  to: PublishTo,
  description?: string,
): Promise<Publication> {
  checkPublishTo(to, record.config)
  const last = await findVersion(db, record, record.name, to ? latestPublished : record.lastVersion)
  if (last && isSame(last.config, record.config)) return { version: last, record }
  if (to && last) await deleteVersion(db, last)
  await checkVersionRoom(db, record, record.config)
  const number = record.lastVersion + 1
  const version = publishedAs(record, to ? latestPublished : number, newUuid(), description)
  await insertVersion(db, version)
  // A new object either way: whoever reads the function or its versions at the moment must not remember the old.
  if (to) return { version, record: { ...record }, replaced: last }
  return { version, record: { ...record, lastVersion: number } }
}

/** After the transaction. Ends what the publication took the place of. */
export async function finishPublication(
  service: LambdaService,
  { version, replaced }: Publication,
): Promise<void> {
  if (!replaced) return
  service.functions.forgetVersion(version, version.name, latestPublished)
  service.invoker.retire(version.arn, latestPublished, version.revisionId, 'updated')
  await service.code.deleteUnused(packagesOf(replaced.config))
}

/** A description alone makes no new version. */
function isSame(version: VersionConfig, latest: VersionConfig): boolean {
  const { description: _ofVersion, ...one } = version
  const { description: _ofLatest, ...other } = latest
  // As they are stored: without what is undefined.
  return isDeepStrictEqual(JSON.parse(JSON.stringify(one)), JSON.parse(JSON.stringify(other)))
}
