import type { UpdateGroupRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { findEntity, renameEntity } from '../../entity-tables.ts'
import { alreadyExists } from '../../errors.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { byName } from '../../lookups.ts'
import { arnOf, keyOf } from '../../names.ts'
import type { IamTables } from '../../tables.ts'

/** Another name or path; the group keeps its users and policies. */
export function UpdateGroup(deps: IamDeps): Operation<UpdateGroupRequest, Nothing> {
  return async (input, context) => {
    const find = byName('group', context, input.GroupName)
    await deps.store.transaction<IamTables, void>('IAM:UPDATE_GROUP', async (db) => {
      const before = await find(db)
      const name = input.NewGroupName ?? before.name
      const path = input.NewPath ?? before.path
      const isOther = keyOf(name) !== keyOf(before.name)
      if (isOther && (await findEntity(db, 'group', context.account, name))) {
        throw alreadyExists('group', name)
      }
      const arn = arnOf(context, 'group', path, name)
      await renameEntity(db, before, { ...before, name, path, arn })
    })
    return {}
  }
}
