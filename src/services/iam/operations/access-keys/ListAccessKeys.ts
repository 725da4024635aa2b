import type { ListAccessKeysRequest, ListAccessKeysResponse } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { accessKeyOwner, callerOf } from '../../callers.ts'
import type { IamDeps } from '../../iam-deps.ts'
import { readPage } from '../../paging.ts'
import { timestamp } from '../../shapes.ts'
import type { IamTables } from '../../tables.ts'

/** The oldest first. Without a name, the caller's own. */
export function ListAccessKeys(
  deps: IamDeps,
): Operation<ListAccessKeysRequest, ListAccessKeysResponse> {
  return async (input, context) => {
    const who = callerOf(context, input.UserName)
    const db = deps.store.reader<IamTables>()
    const { userId, userName } = await accessKeyOwner(db, context, who)
    const all = await deps.credentials.list(userId)
    const { items, end } = await readPage(
      'access-keys',
      input,
      (after, limit) => {
        const at = all.findIndex((key) => key.accessKeyId === after)
        return all.slice(at + 1).slice(0, limit)
      },
      (key) => key.accessKeyId,
    )
    const metadata = items.map(({ accessKeyId, active, createdMs }) => ({
      UserName: userName,
      AccessKeyId: accessKeyId,
      Status: active ? ('Active' as const) : ('Inactive' as const),
      CreateDate: timestamp(createdMs),
    }))
    return { AccessKeyMetadata: metadata, ...end }
  }
}
