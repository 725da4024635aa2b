import type { UpdateUserRequest } from '@aws-sdk/client-iam'
import type { Operation } from '../../../../kernel/operation.ts'
import { findEntity, renameEntity } from '../../entity-tables.ts'
import { alreadyExists } from '../../errors.ts'
import type { IamDeps, Nothing } from '../../iam-deps.ts'
import { byName } from '../../lookups.ts'
import { arnOf, keyOf } from '../../names.ts'
import type { IamTables } from '../../tables.ts'

/** Another name or path; the user stays who they are, with their keys, policies and groups. */
export function UpdateUser(deps: IamDeps): Operation<UpdateUserRequest, Nothing> {
  return async (input, context) => {
    const find = byName('user', context, input.UserName)
    await deps.credentials.change<IamTables, void>('IAM:UPDATE_USER', async (db, keys) => {
      const before = await find(db)
      const name = input.NewUserName ?? before.name
      const path = input.NewPath ?? before.path
      const isOther = keyOf(name) !== keyOf(before.name)
      if (isOther && (await findEntity(db, 'user', context.account, name))) {
        throw alreadyExists('user', name)
      }
      const after = { ...before, name, path, arn: arnOf(context, 'user', path, name) }
      await renameEntity(db, before, after)
      await keys.rename(before.id, after.arn)
    })
    return {}
  }
}
