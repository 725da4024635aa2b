/** Whom operations mean whose user name may be left out: whoever asks. And the access keys of such users. */
import { type KeyChanges, rootOf } from '../../access/index.ts'
import { parseArn } from '../../kernel/arn.ts'
import type { CallContext } from '../../kernel/operation.ts'
import { noSuchAccessKey, validationError } from './errors.ts'
import type { IamDeps } from './iam-deps.ts'
import { requireEntity } from './lookups.ts'
import type { Db, IamTables } from './tables.ts'

type Who = { readonly root: true } | { readonly root: false; readonly name: string }

/** @throws ServiceError ValidationError when the caller is a session and names nobody. */
export function callerOf(context: CallContext, userName: string | undefined): Who {
  if (userName !== undefined) return { root: false, name: userName }
  const resource = parseArn(context.principal.arn)?.resource ?? ''
  if (resource === 'root') return { root: true }
  const name = /^user\/(?:.*\/)?([^/]+)$/.exec(resource)?.[1]
  if (name !== undefined) return { root: false, name }
  // Observed.
  throw validationError('Must specify userName when calling with non-User credentials')
}

/** For lists of what nobody has here: all they do is to look for the user. @throws ServiceError as `callerOf`; NoSuchEntity */
export async function requireCaller(
  deps: IamDeps,
  context: CallContext,
  userName: string | undefined,
): Promise<void> {
  const who = callerOf(context, userName)
  if (who.root) return
  await requireEntity(deps.store.reader<IamTables>(), 'user', context.account, who.name)
}

/** @throws ServiceError NoSuchEntity */
export async function accessKeyOwner(
  db: Db,
  context: CallContext,
  who: Who,
): Promise<{ userId: string; userName: string | undefined }> {
  if (who.root) return { userId: rootOf(context.account).userId, userName: undefined }
  const user = await requireEntity(db, 'user', context.account, who.name)
  return { userId: user.id, userName: user.name }
}

/** A change of one key, which must be that user's. @throws ServiceError NoSuchEntity */
export function changeAccessKey(
  deps: IamDeps,
  label: string,
  context: CallContext,
  who: Who,
  accessKeyId: string,
  change: (keys: KeyChanges) => Promise<void>,
): Promise<void> {
  return deps.credentials.change<IamTables, void>(label, async (db, keys) => {
    const { userId } = await accessKeyOwner(db, context, who)
    const key = await keys.find(accessKeyId)
    if (key === undefined || key.temporary || key.userId !== userId) {
      throw noSuchAccessKey(accessKeyId)
    }
    await change(keys)
  })
}
