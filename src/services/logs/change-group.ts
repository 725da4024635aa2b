import type { Scope } from '../../kernel/brand.ts'
import type { LogsDeps } from './deps.ts'
import type { GroupReference } from './names.ts'
import type { LogGroup } from './state.ts'
import { requireGroup } from './streams.ts'
import { type LogsTables, updateGroup } from './tables.ts'

/**
 * Gives a log group other settings.
 * @throws ServiceError when there is no such group.
 */
export async function changeGroup(
  service: LogsDeps,
  scope: Scope,
  reference: GroupReference,
  change: (group: LogGroup) => LogGroup,
): Promise<void> {
  // A group that a function's lines are about to make exists already.
  await service.flush()
  await service.store.transaction<LogsTables, void>('LOGS:CHANGE_GROUP', async (db) => {
    await updateGroup(db, change(await requireGroup(db, reference, scope)))
  })
}
